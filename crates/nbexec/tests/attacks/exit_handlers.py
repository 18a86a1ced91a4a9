# expect ok: after
# control: timeout: nothing
import atexit, time
result = "before"
# %%
atexit.register(lambda: time.sleep(1000))
# %%
result = "after"
