# expect ok: <__main__.Looper object>
# control: timeout: nothing
class Looper:
    def __repr__(self):
        while True:
            try:
                while True:
                    pass
            except Exception:
                pass
result = Looper()
