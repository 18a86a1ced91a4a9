# expect ok|cell_errors|killed: before
import sys
def trace(frame, event, argument):
    raise RuntimeError("traced")
result = "before"
sys.settrace(trace)
sys.setprofile(trace)
