# expect timeout: before
# control: timeout: nothing
import signal, time
result = "before"
# %%
signal.signal(signal.SIGALRM, lambda *_: None)
signal.signal(signal.SIGXCPU, lambda *_: None)
time.sleep(1000)
