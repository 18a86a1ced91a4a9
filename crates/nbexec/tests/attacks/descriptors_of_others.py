# expect ok: False
# control: ok: True
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
keeper = libc.syscall(434, 1, 0)

number = {"x86_64": 438, "aarch64": 438}[os.uname().machine]
answer = libc.syscall(number, keeper, 1, 0)
result = answer >= 0
