# expect ok: False
# control: ok: True
mark = "the mark of the predecessor"
result = mark * 3
print(mark * 1000)
raise ValueError(mark)
# next
mark = b" ".join((b"the", b"mark", b"of", b"the", b"predecessor"))
own = id(mark)
found = 0
with open("/proc/self/mem", "rb", 0) as memory:
    for line in open("/proc/self/maps"):
        place, rights = line.split()[:2]
        first, end = (int(number, 16) for number in place.split("-"))
        if "r" not in rights or end - first > 1 << 28:
            continue
        try:
            memory.seek(first)
            data = memory.read(end - first)
        except (OSError, ValueError, OverflowError):
            continue
        at = data.find(mark)
        while at >= 0:
            found += not own <= first + at < own + 200
            at = data.find(mark, at + 1)
        data = None
result = found > 0
