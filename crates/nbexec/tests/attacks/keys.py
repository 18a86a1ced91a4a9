# expect ok: False
# control: ok: True
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)

number = {"x86_64": 248, "aarch64": 217}[os.uname().machine]
answer = libc.syscall(number, b"user", b"attack", b"x", 1, -2)
result = answer >= 0
