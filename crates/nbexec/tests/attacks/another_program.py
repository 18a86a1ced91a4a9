# expect timeout: before
import os
result = "before"
os.execv("/bin/sleep", ["sleep", "98765"])
