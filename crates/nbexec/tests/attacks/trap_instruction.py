# expect killed: before
# control: killed: nothing
import ctypes, mmap, os
result = "before"
# %%
page = mmap.mmap(-1, 4096, prot=7)
page.write(bytes.fromhex("0f0b") if os.uname().machine == "x86_64" else bytes(4))
ctypes.CFUNCTYPE(None)(ctypes.addressof(ctypes.c_char.from_buffer(page)))()
