# expect ok|killed|cell_errors: before
import threading, time
result = "before"
try:
    for _ in range(10000):
        threading.Thread(target=time.sleep, args=(1,), daemon=True).start()
except RuntimeError:
    pass
