# expect killed: before
# control: killed: nothing
import os, signal
result = "before"
# %%
os.kill(os.getpid(), signal.SIGUSR1)
