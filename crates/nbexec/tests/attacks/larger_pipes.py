# expect ok: refused
# control: ok: larger
import fcntl, os
try:
    fcntl.fcntl(os.pipe()[1], 1031, 1 << 20)
    size = "larger"
except OSError:
    size = "refused"
result = size
