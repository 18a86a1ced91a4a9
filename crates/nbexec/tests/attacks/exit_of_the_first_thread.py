# expect oom: before
# control --memory-mb 2000: killed: held
import ctypes, mmap, os, threading, time
result = "before"
def grow():
    time.sleep(0.2)
    hold = []
    for _ in range(20):
        hold.append(mmap.mmap(-1, 1 << 24))
        hold[-1][:] = bytes(1 << 24)
    time.sleep({LOOKS})
    result = "held"; _nalin_t(0, result)
    os._exit(0)
# %%
threading.Thread(target=grow).start()
ctypes.CDLL(None).syscall({"x86_64": 60, "aarch64": 93}[os.uname().machine], 0)
