# expect ok: False
# control: ok: True
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
attributes = ctypes.create_string_buffer((1).to_bytes(4, 'little') + (112).to_bytes(4, 'little') + bytes(104), 112)

number = {"x86_64": 298, "aarch64": 241}[os.uname().machine]
answer = libc.syscall(number, attributes, 0, -1, -1, 0)
result = answer >= 0
