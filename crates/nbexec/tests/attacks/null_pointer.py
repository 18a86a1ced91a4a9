# expect killed: before
# control: killed: nothing
import ctypes
result = "before"
# %%
ctypes.string_at(0)
