# expect ok: False
# control: ok: True
# container ok: True
import socket
listening = socket.socket()
listening.bind(("127.0.0.1", 4712))
listening.listen()
one = socket.create_connection(("127.0.0.1", 4712))
other, _ = listening.accept()
other.close()
one.close()
listening.close()
# next
import socket
try:
    socket.socket().bind(("127.0.0.1", 4712))
    taken = False
except OSError:
    taken = True
result = taken
