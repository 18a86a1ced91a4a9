# expect ok: False
# control: ok: True
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)

number = {"x86_64": 430, "aarch64": 430}[os.uname().machine]
answer = libc.syscall(number, b"tmpfs", 0)
result = answer >= 0
