# expect timeout: before
# control: timeout: nothing
import os, signal
result = "before"
os.kill(os.getpid(), signal.SIGSTOP)
