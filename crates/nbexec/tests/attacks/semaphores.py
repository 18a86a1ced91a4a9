# expect ok: False
# control: ok: True
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)

number = {"x86_64": 64, "aarch64": 190}[os.uname().machine]
answer = libc.syscall(number, 0, 1, 0o1600)
result = answer >= 0
