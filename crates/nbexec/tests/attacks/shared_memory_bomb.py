# expect oom: before
# control --memory-mb 2000: ok: held
import mmap, time
result = "before"
# %%
hold = []
for _ in range(20):
    block = mmap.mmap(-1, 1 << 24)
    for page in range(0, 1 << 24, 4096):
        block[page] = 1
    hold.append(block)
time.sleep({LOOKS})
result = "held"
