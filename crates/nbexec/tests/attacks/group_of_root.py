# expect ok: [-1, -1, -1]
# control: ok: [0, 0, 0]
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)

result = [libc.setgid(0), libc.setgroups(0, None), libc.setresuid(0, 0, 0)]
