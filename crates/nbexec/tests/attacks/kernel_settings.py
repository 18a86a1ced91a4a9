# expect ok: []
written = []
for name in ("kernel/core_pattern", "kernel/modprobe", "user/max_user_namespaces", "vm/drop_caches"):
    try:
        open("/proc/sys/" + name, "w").write("1")
        written.append(name)
    except OSError:
        pass
try:
    open("/proc/sysrq-trigger", "w").write("h")
    written.append("sysrq")
except OSError:
    pass
result = written
