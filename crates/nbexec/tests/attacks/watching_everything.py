# expect ok: False
# control: ok: True
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)

number = {"x86_64": 300, "aarch64": 262}[os.uname().machine]
result = libc.syscall(number, 0, 0) >= 0
