# expect ok: refused
# control: ok: connected
import socket
reached = "refused"
for host in ("127.0.0.1", "localhost"):
    try:
        socket.create_connection((host, {TCP}), 0.5)
        reached = "connected"
    except OSError:
        pass
result = reached
