# expect ok: False
# control: ok: True
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)

number = {"x86_64": 428, "aarch64": 428}[os.uname().machine]
answer = libc.syscall(number, -100, b"/", 1)
result = answer >= 0
