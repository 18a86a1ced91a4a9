# expect ok: True
# control --open-files 4000: ok: False
import os
opened = []
try:
    while True:
        opened.append(os.open("/dev/null", os.O_RDONLY))
except OSError:
    pass
result = len(opened) < 1000
for number in opened:
    os.close(number)
