# expect ok: 300
# control: cell_errors: nothing
class Giant:
    def __repr__(self):
        print("y" * 10**8)
        return "x" * 10**8
class Liar:
    def __repr__(self):
        return 7
giant, liar = Giant(), Liar()
_nalin_t(1, liar); _nalin_t(1, giant)
result = 300
