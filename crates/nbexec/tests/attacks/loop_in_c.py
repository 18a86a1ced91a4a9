# expect timeout: before
# control: timeout: nothing
import itertools
result = "before"
# %%
sum(itertools.repeat(0))
