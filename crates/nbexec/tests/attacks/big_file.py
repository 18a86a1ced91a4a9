# expect cell_errors: before
# control --file-mb 2000000: ok: before
result = "before"
with open("big", "wb") as file:
    file.truncate(1 << 40)
