# expect ok|cell_errors|killed: before
# control: killed: nothing
import sys
result = "before"
# %%
def trace(frame, event, argument):
    raise RuntimeError("traced")
sys.settrace(trace)
