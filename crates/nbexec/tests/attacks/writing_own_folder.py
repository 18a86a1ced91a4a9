# expect ok: a,b
# control: ok: changed
import os
open("data.csv", "w").write("changed")
open("new.csv", "w").write("new")
# next
result = open("data.csv").readline().strip()
