# expect ok: False
# control: ok: True
open("/dev/shm/left", "w").write("secret")
# next
import os
result = os.path.exists("/dev/shm/left")
