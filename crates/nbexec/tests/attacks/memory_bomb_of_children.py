# expect oom|killed: before
# control --memory-mb 2000: ok: held
import os, time
result = "before"
# %%
for _ in range(6):
    if os.fork() == 0:
        hold = bytearray(b"x" * (30 << 20)) * 2
        time.sleep(100)
time.sleep(2)
result = "held"
