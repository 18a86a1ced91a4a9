# expect ok: False
# control: ok: True
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)

number = {"x86_64": 303, "aarch64": 264}[os.uname().machine]
handle, mount = ctypes.create_string_buffer(136), ctypes.c_int()
ctypes.memmove(handle, (128).to_bytes(4, "little"), 4)
result = libc.syscall(number, -100, b"/tmp", handle, ctypes.byref(mount), 0) == 0
