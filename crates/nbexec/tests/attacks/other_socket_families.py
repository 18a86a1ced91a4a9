# expect ok: False
# control: ok: True
import socket
opened = []
for family, kind in ((40, 1), (38, 5), (17, 3)):  # vsock, alg, packet
    try:
        opened.append(socket.socket(family, kind))
    except OSError:
        pass
result = bool(opened)
