# expect ok: {<__main__.Key object>: 1}
# control: cell_errors: nothing
class Key:
    def __hash__(self):
        return 1
    def __eq__(self, other):
        raise SystemExit
    def __repr__(self):
        raise SystemExit
result = {Key(): 1}
