# expect ok: refused
# control: ok: connected
import socket
reached = "refused"
for address in ("{SOCKET}", "secret.sock", "/notebook/secret.sock", "/notebook/repo/secret.sock", "/nalin/data/secret.sock"):
    try:
        socket.socket(socket.AF_UNIX).connect(address)
        reached = "connected"
    except OSError:
        pass
result = reached
