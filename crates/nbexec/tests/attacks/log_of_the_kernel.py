# expect ok: False
# control: ok: True
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)

number = {"x86_64": 103, "aarch64": 116}[os.uname().machine]
answer = libc.syscall(number, 10, None, 0)
result = answer >= 0
