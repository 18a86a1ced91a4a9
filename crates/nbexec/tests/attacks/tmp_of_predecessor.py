# expect ok: False
# control: ok: True
open("/tmp/left", "w").write("secret")
# next
import os
result = os.path.exists("/tmp/left")
