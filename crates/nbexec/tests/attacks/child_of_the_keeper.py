# expect ok: False
# control: ok: True
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)

number = {"x86_64": 56, "aarch64": 220}[os.uname().machine]
answer = libc.syscall(number, 0x8011, 0, 0, 0, 0)
if answer == 0:
    import time
    time.sleep(1 if os.getppid() else 100)
    os._exit(0)
result = answer > 0
