# expect ok: False
# control: ok: True
import resource
raised = False
for name in ("DATA", "FSIZE", "NOFILE", "NPROC", "CORE"):
    limit = getattr(resource, "RLIMIT_" + name)
    soft, hard = resource.getrlimit(limit)
    try:
        if soft != resource.RLIM_INFINITY:
            resource.setrlimit(limit, (soft + 1, max(hard, soft + 1) if hard != resource.RLIM_INFINITY else hard))
            raised = True
    except (ValueError, OSError):
        pass
result = raised
