# expect ok: [True, True]
# control: ok: [False, False]
status = dict(line.split(":", 1) for line in open("/proc/self/status").read().splitlines() if ":" in line)
masks = [int(status[name], 16) for name in ("CapEff", "CapPrm", "CapBnd")]
result = [not any(masks[:2]), int(status["NoNewPrivs"]) == 1 and int(status["Seccomp"]) == 2]
