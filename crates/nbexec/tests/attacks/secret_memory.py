# expect ok: False
# control: ok: True
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)

number = {"x86_64": 447, "aarch64": 447}[os.uname().machine]
answer = libc.syscall(number, 0)
result = answer >= 0
