# expect ok: [False, False, False, False, False]
# control: ok: [False, False, False, False, True]
import os, sys, builtins
os.environ["LEFT"] = "secret"
builtins.left = "secret"
sys.path.append("/left")
open("json.py", "w").write("left = 1")
# next
import os, sys, builtins, json
result = ["LEFT" in os.environ, hasattr(builtins, "left"), "/left" in sys.path, hasattr(json, "left"), os.path.exists("json.py")]
