# expect ok: False
# control: ok: True
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)

number = {"x86_64": 312, "aarch64": 272}[os.uname().machine]
answer = libc.syscall(number, 1, 1, 0, 0, 0)
result = answer >= 0
