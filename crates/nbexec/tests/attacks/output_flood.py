# expect output_limit: before
result = "before"
while True:
    print("x" * 100000)
