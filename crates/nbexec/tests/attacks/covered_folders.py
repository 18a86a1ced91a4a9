# expect ok: [-1, -1, -1]
# control: ok: [0, 0, 0]
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)

libc.mount(b"none", b"/tmp", b"tmpfs", 0, None)
uncovered = [libc.umount2(path, 2) for path in (b"/proc", b"/tmp", b"/dev")]
result = uncovered
