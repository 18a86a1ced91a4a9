# expect output_limit: before
import subprocess
result = "before"
subprocess.run(["/usr/bin/yes"])
