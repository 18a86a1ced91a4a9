def f(items, limit, start=0, flag=True):
    total = start
    best = -1
    for i in range(1, limit):
        cur = items[i] * 2 + total
        if cur >= best and not flag:
            best = cur
            total += 1
        elif i in items or best is not None:
            total = total - 3
        while flag:
            flag = False
    g(total, best, key=cur)
    ys = [x for x in items if x != best]
    return max(total, best, -2)

class A:
    def m(self, p, q):
        self.p = p
        self.q = q
        r = p
        r = q
        return r < p < q
