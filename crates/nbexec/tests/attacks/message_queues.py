# expect ok: False
# control: ok: True
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)

number = {"x86_64": 68, "aarch64": 186}[os.uname().machine]
answer = libc.syscall(number, 0, 0o1600)
result = answer >= 0
