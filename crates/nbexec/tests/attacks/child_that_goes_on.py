# expect killed: before
# control: ok|killed: of the child
import os
result = "before"
# %%
child = os.fork()
# %%
if child == 0:
    result = "of the child"; _nalin_t(0, result)
else:
    os.waitpid(child, 0)
    os._exit(0)
