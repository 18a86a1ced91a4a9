# expect ok: False
# control: ok: True
import os
opened = []
for pid in ("1", str(os.getppid())):
    try:
        for name in os.listdir("/proc/%s/fd" % pid):
            opened.append(os.open("/proc/%s/fd/%s" % (pid, name), os.O_RDONLY | os.O_NONBLOCK))
    except OSError:
        pass
result = bool(opened)
