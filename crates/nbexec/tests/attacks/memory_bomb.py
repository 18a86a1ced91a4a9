# expect oom: before
result = "before"
hold = []
while True:
    hold.append(bytearray(1 << 24))
