# expect ok|killed|cell_errors: before
# control --max-processes 400: ok: all are there
import threading, time
result = "before"
# %%
threads = 0
threading.stack_size(1 << 18)
try:
    for threads in range(1, 101):
        threading.Thread(target=time.sleep, args=(100,), daemon=True).start()
except RuntimeError:
    threads = 0
time.sleep({LOOKS} / 10)
# %%
if threads == 100:
    result = "all are there"
