# expect ok: False
# control: ok: True
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)

result = any(libc.mount(None, path, None, 0x1020, None) == 0 for path in (b"/proc", b"/usr", b"/dev", b"/"))
