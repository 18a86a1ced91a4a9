# expect ok: False
# control: ok: True
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)

number = {"x86_64": 308, "aarch64": 268}[os.uname().machine]
answer = libc.syscall(number, os.open('/proc/self/ns/uts', 0), 0)
result = answer == 0
