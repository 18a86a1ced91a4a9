# expect killed: before
# control: killed: nothing
import os
result = "before"
# %%
os.abort()
