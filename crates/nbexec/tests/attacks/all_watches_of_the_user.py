# expect ok: 0
# control: ok: 20
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)

result = sum(libc.inotify_init1(0) >= 0 for _ in range(20))
