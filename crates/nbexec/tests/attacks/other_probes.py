# expect ok|killed: before
import builtins
result = "before"
# %%
builtins._nalin_t = None
_nalin_t = lambda *_: 1 / 0
del builtins._nalin_w
import sys
for name in list(sys.modules):
    if "nalin" in name:
        module = sys.modules.pop(name)
        for attribute in list(vars(module)):
            try:
                setattr(module, attribute, None)
            except Exception:
                pass
