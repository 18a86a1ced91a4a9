# expect ok: <__main__.Sleeper object>
import time
class Sleeper:
    def __repr__(self):
        time.sleep(1000)
result = Sleeper()
