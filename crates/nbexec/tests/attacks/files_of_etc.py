# expect ok: False
# control: ok: True
# container ok: True
readable = []
for name in ("shadow", "ssh/ssh_config", "ssh/sshd_config", "machine-id", "fstab", "apt/sources.list", "gshadow"):
    try:
        readable.append(open("/etc/" + name).read())
    except OSError:
        pass
result = bool(readable)
