"""What notebooks expect of IPython, where there is none: a shell that accepts everything and does nothing."""


class Shell:
    """A stand-in for `get_ipython()`: any method may be called, and gives `None`."""

    def __init__(self, namespace):
        self.user_ns = namespace
        self.user_global_ns = namespace

    def getoutput(self, *_args, **_named):
        return []

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return _Nothing()


class _Nothing:
    """Can be called, has every attribute, is false."""

    def __call__(self, *_args, **_named):
        return None

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return _Nothing()

    def __bool__(self):
        return False


def display(*_values, **_named):
    """Nobody looks: nothing is rendered."""
