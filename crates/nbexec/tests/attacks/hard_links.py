# expect ok: False
# control: ok: True
import os
made = []
for number, path in enumerate(("{SECRET}", "/etc/passwd", "/usr/bin/env", "/nalin/runtime/nalin_runtime/server.py")):
    try:
        os.link(path, os.path.join(os.path.dirname(path), "linked%d" % number))
        made.append(path)
    except OSError:
        pass
result = bool(made)
