# expect ok: False
# control: ok: True
# container ok: True
told = "".join(open("/proc/self/" + name).read() for name in ("mountinfo", "mounts", "mountstats", "maps"))
result = "{WORLD}" in told
