# expect ok: False
# control: ok: True
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)

number = {"x86_64": 310, "aarch64": 270}[os.uname().machine]
answer = libc.syscall(number, 1, None, 0, None, 0, 0)
result = answer >= 0
