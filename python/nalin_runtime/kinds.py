"""What is known of a type without asking anybody: no metaclass, no descriptor, no line of the notebook's code runs.

Whatever Python keeps of a class (its name, its bases, its dictionary) is read with the descriptors of `type` itself, which a
metaclass cannot replace; an object's own dictionary likewise. Types are told apart by identity: to look one up in a
dictionary would ask its metaclass for `__hash__`.
"""

import types

from .own import builtins as __builtins__  # noqa: F401

MAX_NAME = 200

_read = {name: type.__dict__[name].__get__ for name in ("__name__", "__qualname__", "__module__", "__mro__", "__dict__")}
class_name, mro, class_dict = _read["__name__"], _read["__mro__"], _read["__dict__"]
_qualname, _module = _read["__qualname__"], _read["__module__"]
_module_dict = types.ModuleType.__dict__["__dict__"].__get__
_DICT_OF_OBJECTS = types.GetSetDescriptorType


def clean(text):
    """A text without lone surrogates, which no UTF-8 can say."""
    return text.encode("utf-8", "replace").decode("utf-8")


def module_name(kind):
    """The name of the module that a class says it is from."""
    name = _module(kind)
    return name if type(name) is str else ""


def type_name(kind):
    """The qualified name of a class."""
    module, name = module_name(kind), _qualname(kind)
    if module and module != "builtins":
        name = module + "." + name
    return clean(name[:MAX_NAME])


def has(kind, method):
    """Whether a class has a method, its own or a base's."""
    for base in mro(kind):
        members = class_dict(base)
        if method in members:
            return members[method] is not None
    return False


def instance_dict(value):
    """The attributes that an object holds itself; empty where there are none, or its class hides them."""
    for base in mro(type(value)):
        found = class_dict(base).get("__dict__")
        if found is not None:
            held = found.__get__(value) if type(found) is _DICT_OF_OBJECTS else None
            return held if type(held) is dict else {}
    return {}


def name_of_module(module):
    """The name of a module, which may be one that loads itself when it is asked."""
    name = _module_dict(module).get("__name__")
    return clean(name[:MAX_NAME]) if type(name) is str else "?"
