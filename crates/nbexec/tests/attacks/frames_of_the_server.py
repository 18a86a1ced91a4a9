# expect ok: before
# control: FORGED: before
import os, struct
result = "before"
body = b'{"exit_code": 0, "signal": 0, "reason": "", "detail": "FORGED"}'
for number in range(0, 1024):
    try:
        os.write(number, b"D" + struct.pack(">I", len(body)) + body + b"\n")
        os.write(number, b'{"outcome": "FORGED"}\n')
    except OSError:
        pass
