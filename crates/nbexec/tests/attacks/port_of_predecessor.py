# expect ok: False
# control: ok: True
import os, socket, time
ready, say = os.pipe()
if os.fork() == 0:
    os.setsid()
    listening = socket.create_server(("127.0.0.1", 4711))
    os.write(say, b"x")
    time.sleep(100)
os.read(ready, 1)
# next
import socket
try:
    socket.create_server(("127.0.0.1", 4711)).close()
    taken = False
except OSError:
    taken = True
result = taken
