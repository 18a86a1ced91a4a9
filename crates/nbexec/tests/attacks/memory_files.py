# expect ok: False
# control: ok: True
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)

number = {"x86_64": 319, "aarch64": 279}[os.uname().machine]
answer = libc.syscall(number, b"attack", 0)
result = answer >= 0
