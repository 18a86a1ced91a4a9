# expect ok: refused
# control: ok: held
import fcntl, os
open("/tmp/leased", "w").close()
try:
    fcntl.fcntl(os.open("/tmp/leased", os.O_RDONLY), fcntl.F_SETLEASE, fcntl.F_RDLCK)
    lease = "held"
except OSError:
    lease = "refused"
result = lease
