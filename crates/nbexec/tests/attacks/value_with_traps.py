# expect ok: <__main__.Trap object>
# control: cell_errors|stopped: nothing
class Meta(type):
    def __getattribute__(cls, name):
        raise SystemExit(name)
    def __instancecheck__(cls, other):
        raise SystemExit
class Trap(metaclass=Meta):
    def __getattribute__(self, name):
        raise SystemExit(name)
    def __len__(self):
        return 10**18
    def __iter__(self):
        raise SystemExit
    __repr__ = __str__ = property(lambda self: 1 / 0)
result = Trap()
