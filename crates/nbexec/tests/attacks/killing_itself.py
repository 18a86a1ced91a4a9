# expect killed: before
# control: killed: nothing
import os
result = "before"
# %%
os.kill(os.getpid(), 9)
