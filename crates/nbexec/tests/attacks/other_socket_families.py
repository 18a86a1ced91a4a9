# expect ok: [97, 97, 97]
import socket
def number(family, kind=1):
    try:
        socket.socket(family, kind)
    except OSError as error:
        return error.errno
result = [number(40), number(38, 5), number(17, 3)]  # vsock, alg, packet
