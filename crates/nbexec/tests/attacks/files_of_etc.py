# expect ok: 0
# container ok: 3
readable = 0
for name in ("passwd", "shadow", "hosts", "resolv.conf", "ssh/sshd_config", "machine-id"):
    try:
        open("/etc/" + name).read()
        readable += 1
    except OSError:
        pass
result = readable
