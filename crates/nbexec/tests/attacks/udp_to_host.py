# expect ok: False
# control: ok: True
import socket
heard = False
for host in ("127.0.0.1", "127.255.255.254"):
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
            one.connect((host, {UDP}))
            one.send(b"secret")
            heard = heard or one.send(b"again") == 5  # nobody there: the first is answered with an error
    except OSError:
        pass
result = heard
