# expect ok: [[[[[[[[[[[[[[[[[[[[...]]]]]]]]]]]]]]]]]]]]
# control: cell_errors: nothing
result = []
for _ in range(2000):
    result = [result]
_nalin_t(0, result)
