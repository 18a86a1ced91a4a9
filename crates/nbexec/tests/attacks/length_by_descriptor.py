# expect ok: <__main__.Long object>
# control: timeout: nothing
class Length:
    def __get__(self, one, kind):
        while True:
            try:
                while True:
                    pass
            except Exception:
                pass
class Long:
    __len__ = Length()
result = Long()
