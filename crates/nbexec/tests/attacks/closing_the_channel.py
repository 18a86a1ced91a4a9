# expect ok|killed|cell_errors: before
# control: killed: nothing
import os
result = "before"
# %%
for number in range(3, 100):
    try:
        os.close(number)
    except OSError:
        pass
