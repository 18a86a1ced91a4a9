# expect ok: plain
# control: cell_errors: nothing
class Text(str):
    def __str__(self):
        raise SystemExit
    def __len__(self):
        raise SystemExit
    def encode(self, *_):
        raise SystemExit
result = Text("plain")
