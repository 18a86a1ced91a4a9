# expect ok: False
# control: ok: True
opened = []
for name in ("sys/kernel/core_pattern", "sys/kernel/modprobe", "sys/user/max_user_namespaces", "sysrq-trigger"):
    try:
        open("/proc/" + name, "w").close()
        opened.append(name)
    except OSError:
        pass
result = bool(opened)
