# expect ok: []
# control: ok: ['/', '/usr', '/usr/lib', '/etc', '/dev']
written = []
for folder in ("/", "/usr", "/usr/lib", "/etc", "/nalin", "/nalin/data", "/nalin/runtime", "/nalin/scratch", "/dev", "/proc"):
    try:
        open(folder + "/attack", "w").close()
        written.append(folder)
    except OSError:
        pass
result = written
