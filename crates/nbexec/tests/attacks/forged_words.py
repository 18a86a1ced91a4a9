# expect ok: before
# control replace {"s": 10**9} -> {"s": 0}: ok: FORGED
import os
result = "before"
# %%
import json
forged = {"k": "v", "s": 0, "n": 7, "p": 0, "v": ["int", -1, -1, [], -1, "", False, "FORGED", 1], "notebook": "canary"}
for change in ({"s": 10**9}, {"s": -1}, {"n": 0}, {"n": -5}, {"v": ["int", -99, 0, [], 0, "", False, "", 0]}, {"v": []}, {"k": "?"}, {"k": "c", "i": 99}):
    os.write(3, json.dumps({**forged, **change}).encode() + b"\n")
os.write(3, b'{"schema":"run/1","notebook":"canary","outcome":"ok"}\n' + b"\xff\xfe\n" + b"[" * 60000 + b"\n")
