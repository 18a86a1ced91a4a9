# expect ok: False
# control: ok: True
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)

number = {"x86_64": 425, "aarch64": 425}[os.uname().machine]
answer = libc.syscall(number, 4, ctypes.create_string_buffer(256))
result = answer >= 0
