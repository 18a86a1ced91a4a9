# expect killed: before
# control --max-values 3000: ok: after
import os
result = "before"
# %%
for _ in range(200):
    os.write(3, b"x" * 65535 + b"\n")
# %%
result = "after"
