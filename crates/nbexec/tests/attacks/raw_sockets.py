# expect ok: refused
# control: ok: opened
import socket
try:
    socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
    said = "opened"
except OSError:
    said = "refused"
result = said
