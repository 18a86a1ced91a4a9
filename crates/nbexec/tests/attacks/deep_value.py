# expect ok: [[[[[[[[[[[[[[[[[[[[...]]]]]]]]]]]]]]]]]]]]
result = []
for _ in range(100000):
    result = [result]; _nalin_t(0, result)
