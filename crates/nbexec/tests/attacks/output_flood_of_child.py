# expect output_limit: before
# control --output-mb 32: ok: after
import subprocess
result = "before"
# %%
subprocess.run("yes | head -c 8000000", shell=True)
# %%
result = "after"
