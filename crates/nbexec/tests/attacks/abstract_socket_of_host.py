# expect ok: refused
# control: ok: connected
import socket
try:
    socket.socket(socket.AF_UNIX).connect("\0{ABSTRACT}")
    reached = "connected"
except OSError:
    reached = "refused"
result = reached
