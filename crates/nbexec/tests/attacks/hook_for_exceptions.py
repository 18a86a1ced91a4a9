# expect cell_errors: after
# control: killed: nothing
import os, sys
result = "before"
# %%
sys.excepthook = lambda *_: os._exit(0)
sys.unraisablehook = sys.excepthook
raise ValueError
# %%
result = "after"
