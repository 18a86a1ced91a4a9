# expect ok: <__main__.Named object>
# control: cell_errors: nothing
class Meta(type):
    @property
    def __name__(cls):
        raise SystemExit
    __module__ = property(lambda cls: 1 / 0)
Named = Meta("Named", (), {})
result = Named()
