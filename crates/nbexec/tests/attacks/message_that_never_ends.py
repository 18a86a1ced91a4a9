# expect cell_errors: after
# control: timeout: nothing
import time
result = "before"
# %%
class Endless(Exception):
    def __str__(self):
        while True:
            try:
                time.sleep(1000)
            except Exception:
                pass
    __repr__ = __str__
raise Endless
# %%
result = "after"
