# expect ok: ['OSError', 'OSError']
import socket
def reach(address):
    try:
        socket.socket(socket.AF_UNIX).connect(address)
        return "connected"
    except OSError:
        return "OSError"
result = [reach("\0{ABSTRACT}"), reach("{SOCKET}")]
