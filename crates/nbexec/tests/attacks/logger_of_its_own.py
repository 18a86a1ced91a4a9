# expect ok: after
# control: ok|killed: nothing
import builtins, json, os
result = "before"
# %%
written = []
os.write = lambda _fd, data: written.append(data) or len(data)
json.dumps = json.JSONEncoder.encode = lambda *_arguments, **_named: "{}"
builtins.print = written.append
# %%
result = "after"
