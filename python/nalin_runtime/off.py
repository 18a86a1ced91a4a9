"""Probes that do nothing: while a value is described, and in interpreters that a notebook starts."""

import builtins


def switch_off():
    builtins._nalin_t, builtins._nalin_w = _ignore, _pass
    builtins._nalin_d = [None]
    builtins._nalin_r = builtins._nalin_l = _NOWHERE


def _ignore(_site, _value):
    return None


def _pass(_site, value):
    return value


class _Nowhere:
    """Has no steps left for any site, and keeps nothing."""

    def __getitem__(self, _site):
        return ()

    def __setitem__(self, _site, _value):
        pass


_NOWHERE = _Nowhere()
