# expect oom: before
# control --memory-mb 4000: ok: held
import ctypes, time
libc = ctypes.CDLL(None)
libc.mmap.restype = ctypes.c_void_p
result = "before"
# %%
# An empty page of zeros every 2 MB: none of them is resident, each needs a page of tables.
size = 130 << 30
start = libc.mmap(None, ctypes.c_size_t(size), 1, 0x4022, -1, 0)
for place in range(start, start + size, 1 << 21):
    ctypes.string_at(place, 1)
time.sleep({LOOKS})
result = "held"
