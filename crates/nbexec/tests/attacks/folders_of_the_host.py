# expect ok: False
# control: ok: True
# container ok: True
import os
result = any(os.path.exists(path) and os.listdir(path) for path in ("/sys", "/run", "/var", "/boot", "/opt", "/srv", "/media"))
