# expect killed: before
import os
result = "before"
# %%
os._exit(0)
