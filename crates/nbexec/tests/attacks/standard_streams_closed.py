# expect ok: after
# control: killed: nothing
import os
result = "before"
# %%
for number in range(3):
    os.close(number)
# %%
result = "after"
