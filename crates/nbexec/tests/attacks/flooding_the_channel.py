# expect killed: before
import os
result = "before"
# %%
while True:
    os.write(3, b"x" * 65536)
