# expect ok: after
# control: cell_errors: before
import builtins
result = "before"
# %%
builtins.__import__ = None
builtins.__build_class__ = None
builtins.compile = builtins.exec = builtins.eval = None
# %%
result = "after"
