# expect ok: refused
# control: ok: connected
import os, socket, time
if os.fork() == 0:
    os.setsid()
    listening = socket.socket(socket.AF_UNIX)
    listening.bind("\0of the first")
    listening.listen()
    time.sleep(100)
time.sleep(0.2)
# next
import socket
try:
    socket.socket(socket.AF_UNIX).connect("\0of the first")
    reached = "connected"
except OSError:
    reached = "refused"
result = reached
