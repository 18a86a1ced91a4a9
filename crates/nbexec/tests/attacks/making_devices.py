# expect ok: False
# control: ok: True
import os, stat
made = []
for number, kind in enumerate((stat.S_IFCHR, stat.S_IFBLK)):
    try:
        os.mknod("/tmp/device%d" % number, kind | 0o666, os.makedev(1, 1))
        made.append(number)
    except OSError:
        pass
result = bool(made)
