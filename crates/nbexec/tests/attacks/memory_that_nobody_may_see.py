# expect oom: before
# control --memory-mb 2000: ok: held
import ctypes, mmap, time
result = "before"
# %%
# Nobody may look into a process that does without `dumpable`.
ctypes.CDLL(None).prctl(4, 0, 0, 0, 0)
hold = []
for _ in range(20):
    block = mmap.mmap(-1, 1 << 24)
    block[:] = bytes(1 << 24)
    block.madvise(mmap.MADV_DONTNEED)
    hold.append(block)
time.sleep({LOOKS})
result = "held"
