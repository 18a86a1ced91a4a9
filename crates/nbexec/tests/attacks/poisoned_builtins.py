# expect ok|killed: before
import builtins, json, os
result = "before"
# %%
for module in (json, os):
    for name in list(vars(module)):
        if not name.startswith("__") and name not in ("write", "close"):
            setattr(module, name, None)
builtins.len = builtins.type = builtins.isinstance = None
