# expect ok: False
# control: ok: True
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)

number = {"x86_64": 29, "aarch64": 194}[os.uname().machine]
answer = libc.syscall(number, 0, 4096, 0o1600)
result = answer >= 0
