# expect ok|killed|cell_errors: before
# control: killed: nothing
import os, signal
result = "before"
for pid in [1, os.getppid()]:
    for number in (signal.SIGKILL, signal.SIGSTOP, signal.SIGSEGV, signal.SIGTERM, signal.SIGINT):
        try:
            os.kill(pid, number)
        except OSError:
            pass
# %%
os.kill(-1, signal.SIGKILL)
