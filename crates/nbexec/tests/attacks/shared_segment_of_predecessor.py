# expect ok: False
# control: ok: True
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)

made = libc.shmget(4711, 4096, 0o1666)
# next
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)

result = libc.shmget(4711, 4096, 0) >= 0
