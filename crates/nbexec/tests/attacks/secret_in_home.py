# expect ok: False
# control: ok: True
import os
found = []
for path in ("{SECRET}", "/root/.ssh/id_rsa", "/proc/1/root{SECRET}", "/proc/1/cwd/..{SECRET}", "/nalin/data/../../secrets"):
    try:
        found.append(open(path).read())
    except OSError:
        pass
result = bool(found)
