# expect ok: False
# control: ok: True
opened = []
for path in ("/dev/mem", "/dev/kmem", "/proc/kcore", "/proc/kmsg", "/proc/kallsyms", "/dev/kmsg", "/proc/1/mem"):
    try:
        file = open(path, "rb", 0)
        if path != "/proc/kallsyms" or int(file.read(16), 16):
            opened.append(path)
    except OSError:
        pass
result = bool(opened)
