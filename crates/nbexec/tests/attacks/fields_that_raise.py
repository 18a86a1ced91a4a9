# expect ok: (1, 2)
# control: cell_errors: nothing
class Fields:
    def __get__(self, one, kind):
        raise SystemExit
class Row(tuple):
    _fields = Fields()
result = Row((1, 2))
