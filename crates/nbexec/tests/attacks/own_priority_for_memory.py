# expect ok: refused
# control: ok: changed
# container ok: changed
try:
    with open("/proc/self/oom_score_adj", "w") as file:
        file.write("999")
    said = "changed"
except OSError:
    said = "refused"
result = said
