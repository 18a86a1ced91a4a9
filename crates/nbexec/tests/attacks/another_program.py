# expect timeout: before
# control: timeout: nothing
import os, signal
signal.alarm(0)
result = "before"
os.execv("/bin/sleep", ["sleep", "98765"])
