# expect ok: False
# control: ok: True
import os, shutil
read = []
for number, target in enumerate(("/etc/shadow", "{SECRET}", "/proc/1/root{SECRET}", "../../../../..{SECRET}")):
    os.symlink(target, "link%d" % number)
    try:
        read.append(open("link%d" % number).read())
    except OSError:
        pass
result = bool(read)
# %%
here = os.getcwd()
for path in (here, "/tmp", "/home/user", "/dev/shm"):
    shutil.rmtree(path, ignore_errors=True)
    try:
        os.symlink("/etc", path)
    except OSError:
        pass
