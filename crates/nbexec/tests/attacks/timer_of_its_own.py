# expect ok|killed|cell_errors|timeout: before
# control: killed|cell_errors: nothing
import signal
result = "before"
# %%
def again(*_):
    raise RuntimeError
signal.signal(signal.SIGALRM, again)
signal.setitimer(signal.ITIMER_REAL, 0.00001, 0.00001)
