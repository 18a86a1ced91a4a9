# expect ok: False
# control: ok: True
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
attributes = ctypes.create_string_buffer(__import__('struct').pack('=IIII', 2, 4, 8, 1), 128)

number = {"x86_64": 321, "aarch64": 280}[os.uname().machine]
answer = libc.syscall(number, 0, attributes, 72)
result = answer >= 0
