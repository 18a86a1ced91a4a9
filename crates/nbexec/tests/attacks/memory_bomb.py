# expect oom: before
# control --memory-mb 2000: ok: held
result = "before"
# %%
hold = [bytearray(1 << 24) for _ in range(20)]
result = "held"
