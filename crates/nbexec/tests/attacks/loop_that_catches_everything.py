# expect timeout: before
# control: timeout: nothing
result = "before"
while True:
    try:
        while True:
            pass
    except BaseException:
        pass
