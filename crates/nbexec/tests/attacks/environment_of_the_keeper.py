# expect ok: False
# control: ok: True
import os
told = b""
for pid in ("1", str(os.getppid())):
    for name in ("environ", "cmdline", "maps"):
        try:
            told += open("/proc/%s/%s" % (pid, name), "rb").read()
        except OSError:
            pass
result = b"nalin-secret" in told or b"without_walls" in told
