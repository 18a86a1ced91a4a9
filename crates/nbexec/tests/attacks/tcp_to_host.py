# expect ok: ['OSError', 'OSError']
import socket
def reach(host, port):
    try:
        socket.create_connection((host, port), 0.5)
        return "connected"
    except OSError:
        return "OSError"
result = [reach("127.0.0.1", {TCP}), reach("1.1.1.1", 53)]
