# expect ok: refused
# control: ok: connected
import os, socket, time
ready, say = os.pipe()
if os.fork() == 0:
    os.setsid()
    listening = socket.socket(socket.AF_UNIX)
    listening.bind("\0of the first")
    listening.listen()
    os.write(say, b"x")
    time.sleep(100)
os.read(ready, 1)
# next
import socket
try:
    socket.socket(socket.AF_UNIX).connect("\0of the first")
    reached = "connected"
except OSError:
    reached = "refused"
result = reached
