# expect oom|killed: before
# control --memory-mb 2000: ok: held
import os, time
result = "before"
# %%
full, filling = os.pipe()
for _ in range(6):
    if os.fork() == 0:
        hold = bytearray(b"x" * (30 << 20)) * 2
        os.write(filling, b"x")
        time.sleep(100)
for _ in range(6):
    os.read(full, 1)
time.sleep({LOOKS})
result = "held"
