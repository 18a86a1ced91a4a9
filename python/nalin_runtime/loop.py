"""The event loop of a notebook: a kernel runs every cell inside one, so that tasks may be made without `await`.

A loop costs sockets and an import, so a notebook has one only if its text speaks of such things.
"""

_WORDS = ("async", "await", "tornado", "anyio", "trio")
_TURNS = 100  # of the loop between two cells, in which tasks go on that need not wait


def is_wanted(source):
    """Whether a notebook's text speaks of anything that wants a running loop."""
    return any(word in source for word in _WORDS)


class Loop:
    """A loop that runs while a cell does."""

    def __init__(self):
        self.loop = None

    def run(self, steps):
        """Runs a coroutine to its end."""
        import asyncio  # with it come sockets and encryption: every fork would pay for them

        if self.loop is None or self.loop.is_closed():
            self.loop = asyncio.new_event_loop()
            asyncio.set_event_loop(self.loop)
        return self.loop.run_until_complete(steps)

    def between(self):
        """Lets tasks go on that are ready, as they do while a kernel waits for the next cell."""
        import asyncio

        if self.loop is None or self.loop.is_closed():
            return
        for _turn in range(_TURNS):
            if not self.loop._ready:
                return
            self.loop.run_until_complete(asyncio.sleep(0))
