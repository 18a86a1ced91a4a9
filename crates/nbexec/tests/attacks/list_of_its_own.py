# expect ok: [1, 2]
# control: stopped|timeout: nothing
class Endless(list):
    def __iter__(self):
        while True:
            yield 1
    __repr__ = lambda self: "x" * sum(1 for _ in self)
result = Endless([1, 2])
