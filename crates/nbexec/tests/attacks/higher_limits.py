# expect ok: 0
import resource
raised = 0
for name in ("AS", "DATA", "CPU", "FSIZE", "NOFILE", "NPROC", "CORE"):
    limit = getattr(resource, "RLIMIT_" + name)
    soft, hard = resource.getrlimit(limit)
    if hard == resource.RLIM_INFINITY:
        continue
    try:
        resource.setrlimit(limit, (hard + 1, hard + 1))
        raised += 1
    except (ValueError, OSError):
        pass
result = raised
