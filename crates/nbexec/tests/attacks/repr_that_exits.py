# expect ok: [<__main__.Exiter object>, <__main__.Raiser object>]
# control: cell_errors: nothing
import sys
class Exiter:
    def __repr__(self):
        sys.exit(3)
class Raiser:
    def __repr__(self):
        raise KeyboardInterrupt
result = [Exiter(), Raiser()]
