# expect ok: refused
# control: ok: changed
import os
try:
    os.nice(-5)
    said = "changed"
except OSError:
    said = "refused"
result = said
