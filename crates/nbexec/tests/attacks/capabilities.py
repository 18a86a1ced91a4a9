# expect ok: [0, 0, 0, 1, 2]
status = dict(line.split(":", 1) for line in open("/proc/self/status").read().splitlines() if ":" in line)
masks = [int(status[name], 16) for name in ("CapEff", "CapPrm", "CapAmb")]
result = masks + [int(status["NoNewPrivs"]), int(status["Seccomp"])]
