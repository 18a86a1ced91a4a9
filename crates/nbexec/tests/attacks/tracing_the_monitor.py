# expect ok: [-1, -1, 'PermissionError']
import ctypes
libc = ctypes.CDLL(None)
def memory():
    try:
        open("/proc/1/mem", "r+b")
        return "opened"
    except OSError as error:
        return type(error).__name__
result = [libc.ptrace(16, 1, 0, 0), libc.process_vm_writev(1, None, 0, None, 0, 0), memory()]
