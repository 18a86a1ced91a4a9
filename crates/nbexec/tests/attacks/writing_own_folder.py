# expect ok: ['data.csv', 'new.csv', 'secret.sock']
import os
open("new.csv", "w").write("new")
result = sorted(os.listdir("."))
# %%
os.remove("data.csv")
open("data.csv", "w").write("changed")
