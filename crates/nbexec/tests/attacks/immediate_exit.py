# expect killed: before
# control: killed: nothing
import os
result = "before"
# %%
os._exit(0)
