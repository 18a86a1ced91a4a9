# expect ok: False
# control: ok: True
import ctypes, mmap, os
libc = ctypes.CDLL(None, use_errno=True)
# Memory that a pipe holds counts for nobody when its process has let go of it: sixteen pieces a pipe, of 2 MB each.
block = mmap.mmap(-1, 1 << 12)
block[:] = bytes(1 << 12)
part = (ctypes.c_void_p * 2)(ctypes.addressof(ctypes.c_char.from_buffer(block)), 1 << 12)
result = libc.vmsplice(os.pipe()[1], part, 1, 0) > 0
