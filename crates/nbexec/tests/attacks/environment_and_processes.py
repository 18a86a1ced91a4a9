# expect ok: [2, True, 'sandbox']
import os, socket
pids = [int(name) for name in os.listdir("/proc") if name.isdigit()]
clean = not any(word in name for name in os.environ for word in ("SECRET", "TOKEN", "CARGO"))
result = [len(pids), clean, socket.gethostname()]
