# expect ok|killed: before
# control: ok|killed|cell_errors: nothing
import builtins
result = "before"
# %%
builtins._nalin_t = None
_nalin_t = lambda *_: 1 / 0
builtins.__dict__.pop("_nalin_w", None)
import sys
for name in list(sys.modules):
    if "nalin" in name:
        module = sys.modules.pop(name)
        for attribute in list(vars(module)):
            try:
                setattr(module, attribute, None)
            except Exception:
                pass
builtins.__dict__.pop("_told", None)
