# expect ok: False
# control: ok: True
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)

number = {"x86_64": 240, "aarch64": 180}[os.uname().machine]
answer = libc.syscall(number, b"attack", 0o102, 0o600, None)
result = answer >= 0
