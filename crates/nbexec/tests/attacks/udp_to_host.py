# expect ok: sent nowhere
import socket
for host in ("127.0.0.1", "10.255.255.255", "8.8.8.8"):
    try:
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"secret", (host, {UDP}))
    except OSError:
        pass
result = "sent nowhere"
