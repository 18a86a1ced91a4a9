# expect ok: 0
# control: ok: 3
import os, time
for _ in range(3):
    # Closed by the one that becomes another program.
    ready, say = os.pipe()
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.execv("/bin/sleep", ["sleep", "98765"])
        os._exit(0)
    os.close(say)
    os.read(ready, 1)
# next
import os
commands = [open("/proc/%s/cmdline" % pid).read() for pid in os.listdir("/proc") if pid.isdigit() and pid != str(os.getpid())]
result = sum("98765" in command for command in commands)
