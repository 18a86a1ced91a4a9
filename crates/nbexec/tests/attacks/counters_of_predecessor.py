# expect ok: False
# control: ok: True
# container ok: True
import socket
one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for _ in range(10):
    one.sendto(b"x", ("127.0.0.1", 4713))
# next
counters = [line.split() for line in open("/proc/net/dev") if "lo:" in line]
result = any(int(field) for field in counters[0][1:])
