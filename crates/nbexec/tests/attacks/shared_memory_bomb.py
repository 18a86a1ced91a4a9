# expect oom: before
import mmap
result = "before"
hold = []
while True:
    block = mmap.mmap(-1, 1 << 24)
    for page in range(0, 1 << 24, 4096):
        block[page] = 1
    hold.append(block)
