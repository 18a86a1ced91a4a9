# expect ok: False
# control: ok: True
import os, time
for _ in range(3):
    if os.fork() == 0:
        os.setsid()
        time.sleep(100)
        os._exit(0)
# next
import os, time
time.sleep(0.1)
result = len([name for name in os.listdir("/proc") if name.isdigit()]) > 3
