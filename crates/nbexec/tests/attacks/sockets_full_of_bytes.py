# expect oom: before
# control --memory-mb 4000: ok: held
import os, socket, time
result = "before"
# %%
def fill():
    hold = []
    try:
        while len(hold) < 240:
            one, other = socket.socketpair()
            one.setblocking(False)
            try:
                while True:
                    one.send(bytes(1 << 14))
            except BlockingIOError:
                hold += [one, other]
    except OSError:
        pass
    return hold
for _ in range(4):
    if os.fork() == 0:
        hold = fill()
        time.sleep(100)
hold = fill()
time.sleep({LOOKS})
result = "held"
