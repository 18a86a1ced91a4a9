# expect ok: after
# control: timeout: nothing
import threading, time
result = "before"
# %%
threading.Thread(target=time.sleep, args=(1000,)).start()
# %%
result = "after"
