# expect ok: [True, True]
# control: ok: [False, False]
import os, socket
clean = not any(word in name for name in os.environ for word in ("SECRET", "TOKEN", "CARGO"))
result = [clean, socket.gethostname() == "sandbox"]
