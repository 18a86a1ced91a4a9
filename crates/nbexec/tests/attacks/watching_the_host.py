# expect ok: refused
# control: ok: watching
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)

import fcntl
fd = libc.inotify_init1(0)
watching = fd >= 0 and libc.inotify_add_watch(fd, b"/usr/bin", 0xFFF) >= 0
try:
    fcntl.fcntl(os.open("/usr/bin", os.O_RDONLY), fcntl.F_NOTIFY, fcntl.DN_ACCESS)
    watching = True
except OSError:
    pass
result = "watching" if watching else "refused"
