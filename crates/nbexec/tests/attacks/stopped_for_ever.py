# expect timeout: before
import os, signal
result = "before"
os.kill(os.getpid(), signal.SIGSTOP)
