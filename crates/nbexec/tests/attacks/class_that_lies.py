# expect ok: <__main__.Liar object>
# control: cell_errors: nothing
class Liar:
    @property
    def __class__(self):
        raise SystemExit
    def __len__(self):
        raise SystemExit
result = Liar()
