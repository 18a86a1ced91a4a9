# expect ok: False
# control --scratch-mb 64: ok: True
# container ok: True
import os
made = 0
try:
    for made in range(1, 6001):
        os.close(os.open("/tmp/%d" % made, os.O_CREAT | os.O_WRONLY))
except OSError:
    made = 0
result = made == 6000
