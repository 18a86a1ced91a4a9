# expect ok: [[[[[[[[[[[[[[[[[[[[...]]]]]]]]]]]]]]]]]]]]
# control: cell_errors|stopped: nothing
result = []
for _ in range(1200):
    result = [result]; _nalin_t(0, result)
