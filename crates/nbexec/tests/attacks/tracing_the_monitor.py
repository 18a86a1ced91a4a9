# expect ok: [-1, -1, 'PermissionError']
# control: ok: [0, 0, 'opened']
import ctypes
libc = ctypes.CDLL(None)
def memory():
    try:
        open("/proc/1/mem", "rb")
        return "opened"
    except OSError as error:
        return type(error).__name__
result = [libc.ptrace(0x4206, 1, 0, 0), libc.process_vm_writev(1, None, 0, None, 0, 0), memory()]
