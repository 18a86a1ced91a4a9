# expect ok: []
import os, sys
found = []
for folder, names, files in os.walk("/"):
    if folder in ("/proc", "/usr", sys.base_prefix):
        names.clear()
    found += [name for name in files if "nalin-secret" in name]
for path in ("{SECRET}", "/root/.ssh/id_rsa", "/proc/1/root{SECRET}", "/proc/1/cwd/..{SECRET}"):
    try:
        found.append(open(path).read())
    except OSError:
        pass
result = found
