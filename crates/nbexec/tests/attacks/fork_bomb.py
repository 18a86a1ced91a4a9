# expect killed|ok|cell_errors|timeout: before
import os
result = "before"
while True:
    try:
        os.fork()
    except OSError:
        pass
