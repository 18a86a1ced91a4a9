# expect ok: [1]
# control: cell_errors: nothing
class Number(int):
    def __repr__(self):
        raise SystemExit
    __str__ = __repr__
result = [Number(1)]
