# expect ok: ['data.csv', 'new.csv', 'secret.sock']
# container ok: ['data.csv', 'new.csv']
import os
open("new.csv", "w").write("new")
result = sorted(os.listdir("."))
# %%
os.remove("data.csv")
open("data.csv", "w").write("changed")
