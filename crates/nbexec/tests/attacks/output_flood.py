# expect output_limit: before
# control --output-mb 32: ok: after
result = "before"
# %%
for _ in range(80):
    print("x" * 100000)
# %%
result = "after"
