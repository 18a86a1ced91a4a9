# expect oom|killed: before
import mmap, os, time
result = "before"
for _ in range(12):
    if os.fork() == 0:
        hold = [bytearray(b"x" * (1 << 24)) for _ in range(10)]
        time.sleep(100)
time.sleep(100)
