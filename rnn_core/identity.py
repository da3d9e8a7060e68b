"""Whether a function is the one that it was: a hash of its code and of the values behind it.

What counts is what may change its results and can be read: its name, its code, its defaults, what
it closes over, the arguments that `functools.partial` has fixed, and the global values it reads.
Containers, arrays and objects are read through to their contents, objects as pickle reads them.

What does not count: comments, spaces, the place in the file; the code of the functions and classes
that it finds by a global name (but their defaults, closures and constants do); all that a module
holds; and objects that pickle refuses, such as locks and open files, of which only the type counts,
as of whatever lies deeper than 60 levels.
"""

from __future__ import annotations

import dis
import hashlib
from collections.abc import Iterator
from types import CellType, CodeType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

PLAIN = (str, bytes, bool, int, float, complex, type(None), type(...), type(NotImplemented))
DEPTH = 60
GROUPS = (tuple, list, set, frozenset, dict)


def digest(function: Any) -> str:
    """Return 24 hexadecimal digits, the same in every process, that stand for a callable.

    Parameters
    ----------
    function : callable
        A function, a method, a `functools.partial` or an object that can be called.

    Returns
    -------
    str

    Notes
    -----
    Bytecode differs between versions of Python, and so do the digits.

    Examples
    --------
    >>> def scaled(factor):
    ...     return lambda x: factor * x
    >>> first, same, other = (digest(scaled(factor)) for factor in ([1, 2], [1, 2], [1, 3]))
    >>> first == same, first == other
    (True, False)
    """
    return _Reader().read(function, True)[:24]


class _Reader:
    """Reads through a value to the end, each object once, with no address in what it finds."""

    def __init__(self) -> None:
        self.known: dict[tuple[int, bool], str] = {}
        self.kept: list[Any] = []  # an id stands for its object only as long as that is alive
        self.inside: list[int] = []  # what is being read, from the outermost in

    def read(self, value: Any, own: bool) -> str:
        """Return the hash of a value; `own` says whether the code of functions counts."""
        kind, key = type(value).__qualname__, (id(value), own)
        for plain in PLAIN:
            if isinstance(value, plain):
                return _hash([kind, plain.__repr__(value)])
        if key in self.known:
            return self.known[key]
        if id(value) in self.inside:
            return _hash(["part of itself", len(self.inside) - self.inside.index(id(value))])
        if len(self.inside) == DEPTH:
            return _hash([kind])
        self.kept.append(value)
        self.inside.append(id(value))
        self.known[key] = _hash([kind, *self._parts(value, own)])
        self.inside.pop()
        return self.known[key]

    def _parts(self, value: Any, own: bool) -> Iterator[Any]:
        if isinstance(value, FunctionType):
            yield from self._function(value, own)
        elif isinstance(value, type):
            yield from self._class(value, own)
        elif isinstance(value, ModuleType):
            yield value.__name__
        elif type(value) is np.ndarray and not value.dtype.hasobject:
            yield from (value.dtype, value.shape, hashlib.sha256(value.tobytes()).hexdigest())
        elif isinstance(value, set | frozenset):
            yield from sorted(self.read(part, own) for part in value)
        else:
            for part in _components(value):
                yield self.read(part, own)

    def _function(self, value: FunctionType, own: bool) -> Iterator[Any]:
        yield value.__qualname__
        for part in (value.__defaults__, value.__kwdefaults__, value.__closure__):
            yield self.read(part, own)
        if own:
            yield self.read(value.__code__, own)
            for name in sorted(_global_names(value.__code__) & value.__globals__.keys()):
                yield name, self.read(value.__globals__[name], False)

    def _class(self, value: type, own: bool) -> Iterator[Any]:
        yield f"{value.__module__}.{value.__qualname__}"
        for base in value.__mro__[:-1]:
            for name, part in sorted(vars(base).items()):
                data = isinstance(part, (*PLAIN, *GROUPS, np.ndarray)) and name[:2] != "__"
                if data or (own and isinstance(part, FunctionType)):
                    yield name, self.read(part, own)


def _hash(parts: list[Any]) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def _components(value: Any) -> Any:
    """Return the values that a value is made of, or nothing if they cannot be had."""
    if isinstance(value, CodeType):
        form = (value.co_code, value.co_exceptiontable, value.co_flags)
        counts = (value.co_argcount, value.co_posonlyargcount, value.co_kwonlyargcount)
        return *form, *counts, value.co_names, value.co_varnames, value.co_consts
    if isinstance(value, CellType):
        try:
            return (value.cell_contents,)
        except ValueError:  # not filled yet
            return ()
    if isinstance(value, dict):
        return tuple(value.items())
    if isinstance(value, tuple | list):
        return value
    if isinstance(value, MethodType):
        return value.__func__, value.__self__
    if isinstance(value, np.ndarray) and value.dtype.hasobject:
        return value.shape, value.ravel().tolist()
    if "__wrapped__" in getattr(value, "__dict__", ()):  # of functools.cache, for one
        return (value.__dict__["__wrapped__"],)
    try:
        made_of = value.__reduce_ex__(4)
    except Exception:  # whatever an object's own method raises, its contents cannot be had
        return ()
    if isinstance(made_of, str):
        return getattr(value, "__module__", None), made_of
    items = (list(part) for part in made_of[3:5] if part is not None)
    return *made_of[:3], *items


def _global_names(code: CodeType) -> set[str]:
    """Return the global names that code reads, itself or in a function or loop within it."""
    reads = ("LOAD_GLOBAL", "LOAD_NAME")
    names = {step.argval for step in dis.get_instructions(code) if step.opname in reads}
    nested = [part for part in code.co_consts if isinstance(part, CodeType)]
    return names.union(*map(_global_names, nested))
