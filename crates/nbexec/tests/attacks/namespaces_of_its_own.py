# expect ok: [-1, -1, -1, -1, -1, -1]
# control: ok: [0, 0, 0, 0, 0, 0]
import ctypes
libc = ctypes.CDLL(None)
calls = [libc.unshare(0x4000000), libc.unshare(0x20000), libc.mount(b"none", b"/tmp", b"tmpfs", 0, None)]
calls += [libc.chroot(b"/"), libc.setuid(0), libc.sethostname(b"attack", 6)]
result = calls
