# expect cell_errors: before
result = "before"
with open("big", "wb") as file:
    file.truncate(1 << 40)
