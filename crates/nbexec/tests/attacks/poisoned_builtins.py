# expect ok: 45
# control: killed|cell_errors: nothing
import builtins, io, json, os, struct, threading, time
# %%
result = "before"
# %%
for module in (json, json.encoder, io, os, struct, threading, time):
    for name in list(vars(module)):
        if not name.startswith("__"):
            setattr(module, name, None)
for name in ("len", "type", "isinstance", "print", "str", "list", "dict", "sum", "open", "memoryview", "max", "min", "sorted", "getattr", "repr"):
    setattr(builtins, name, None)
# %%
result = 45
