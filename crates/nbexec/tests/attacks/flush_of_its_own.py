# expect ok: after
# control: timeout: nothing
import sys, time
result = "before"
# %%
def flush():
    while True:
        try:
            time.sleep(1000)
        except BaseException:
            pass
sys.stdout.flush = flush
# %%
result = "after"
