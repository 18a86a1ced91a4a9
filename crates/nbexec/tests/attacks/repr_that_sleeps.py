# expect ok: <__main__.Sleeper object>
# control: stopped: nothing
import time
class Sleeper:
    def __repr__(self):
        time.sleep(1000)
result = Sleeper()
