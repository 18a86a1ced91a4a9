# expect ok: False
# control --files root: ok: True
# container ok: True
import os
found = []
for path in ("../other/private.csv", "/notebook/../other/private.csv", "/nalin/data/other/private.csv", "/nalin/lower/other/private.csv", "/proc/1/root/nalin/data/other/private.csv"):
    try:
        found.append(open(path).read())
    except OSError:
        pass
result = bool(found)
