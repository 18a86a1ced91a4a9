# expect ok: False
# control: ok: True
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
arguments = ctypes.create_string_buffer((0x10000000).to_bytes(8, 'little') + bytes(24) + (17).to_bytes(8, 'little'), 88)

number = {"x86_64": 435, "aarch64": 435}[os.uname().machine]
answer = libc.syscall(number, arguments, 88)
if answer == 0:
    os._exit(0)
result = answer > 0
