# expect killed|ok|cell_errors: before
# control --max-processes 400: ok: all are there
import os, time
result = "before"
n = 0
try:
    while n < 100:
        if os.fork() == 0:
            time.sleep(100)
            os._exit(0)
        n += 1
except OSError:
    pass
time.sleep({LOOKS} / 10)
# %%
if n == 100:
    result = "all are there"
