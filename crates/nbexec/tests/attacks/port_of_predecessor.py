# expect ok: False
# control: ok: True
import os, socket, time
if os.fork() == 0:
    os.setsid()
    listening = socket.create_server(("127.0.0.1", 4711))
    time.sleep(100)
time.sleep(0.2)
# next
import socket
try:
    socket.create_server(("127.0.0.1", 4711)).close()
    taken = False
except OSError:
    taken = True
result = taken
