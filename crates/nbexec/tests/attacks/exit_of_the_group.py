# expect killed: before
# control: killed: nothing
import ctypes, os
result = "before"
# %%
ctypes.CDLL(None).syscall({"x86_64": 231, "aarch64": 94}[os.uname().machine], 0)
