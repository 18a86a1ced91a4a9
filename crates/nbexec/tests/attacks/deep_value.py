# expect ok: [[[[[[[[[[[[[[[[[[[[...]]]]]]]]]]]]]]]]]]]]
# control: cell_errors: nothing
import functools
_nalin_t(0, functools.reduce(lambda inner, _: [inner], range(2000), []))
