# expect timeout: before
result = "before"
while True:
    try:
        while True:
            pass
    except BaseException:
        pass
