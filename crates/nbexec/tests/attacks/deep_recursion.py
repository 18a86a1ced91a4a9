# expect killed|cell_errors|timeout|oom: before
# control: killed|stopped: nothing
import sys
result = "before"
sys.setrecursionlimit(10**9)
class Deep:
    def __getattr__(self, name):
        return getattr(self, name + "x")
def dive(n):
    return repr(Deep()) + dive(n + 1) + str(eval("dive(n + 1)"))
dive(0)
