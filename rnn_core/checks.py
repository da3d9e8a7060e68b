"""Checks on what comes in.

Every public function passes its arguments through here before it changes anything.
A message names the argument, says what was given and what was expected.
"""

from __future__ import annotations

import numbers
from collections.abc import Sequence
from typing import Any

import numpy as np

Shape = Sequence[int | str]  # a number is exact, a letter stands for any size from 1 up


def array(name: str, value: object, shape: Shape, dtype: np.dtype | type) -> np.ndarray:
    """Return `value` as a finite array of `shape` and `dtype`, or say what is wrong with it.

    Raises
    ------
    TypeError
        If `value` is not numeric (text, objects, complex numbers, ragged lists).
    ValueError
        If the rank or a size differs from `shape`, a size is 0, or a number is NaN, infinite or
        too large for `dtype`.
    """
    given = numeric(name, value)
    fits = given.ndim == len(shape) and all(
        size == want if isinstance(want, int) else size >= 1
        for size, want in zip(given.shape, shape, strict=True)
    )
    if not fits:
        least = ", each size at least 1" if 0 in given.shape else ""
        raise ValueError(
            f"{name} must have shape {_spell(shape)}{least}; got {_spell(given.shape)}"
        )
    finite(name, given)
    if given.dtype == dtype:
        return given
    with np.errstate(over="ignore"):
        cast = given.astype(dtype, copy=False)
    if not np.isfinite(cast).all():
        raise ValueError(f"{name} must fit in {cast.dtype}; got {np.abs(given).max():g}")
    return cast


def parameters(params: dict[str, Any], shapes: dict[str, tuple[int, ...]], dtype: Any) -> None:
    """Raise an error unless `params` has the names, shapes and dtype of a layer's parameters."""
    if params.keys() != shapes.keys():
        raise ValueError(f"params must have the names {[*shapes]}; got {[*params]}")
    for name, value in params.items():
        instance(f"params[{name!r}]", value, np.ndarray)
        if value.shape != shapes[name] or value.dtype != dtype:
            raise ValueError(
                f"params[{name!r}] must have shape {shapes[name]} and dtype {dtype}; "
                f"got {value.shape} and {value.dtype}"
            )


def numeric(name: str, value: object) -> np.ndarray:
    """Return `value` as an array of real numbers."""
    try:
        given = np.asarray(value)
    except (ValueError, TypeError, RuntimeError) as error:
        raise TypeError(f"{name} must be an array of numbers; got {value!r:.60}") from error
    if given.dtype.kind not in "biuf":
        raise TypeError(f"{name} must be an array of real numbers; got dtype {given.dtype}")
    return given


def classes(name: str, value: object, shape: Shape, count: int) -> np.ndarray:
    """Return `value` as an array of whole numbers from 0 to `count` − 1."""
    given = array(name, value, shape, np.float64)
    wrong = (given != np.round(given)) | (given < 0) | (given >= count)
    if wrong.any():
        raise ValueError(
            f"{name} must be whole numbers from 0 to {count - 1}; got {given[wrong][0]:g}"
        )
    return given.astype(np.int64)


class NotFiniteError(ValueError):
    """A number is NaN or infinite."""


def finite(name: str, value: np.ndarray) -> None:
    """Raise NotFiniteError if an entry of `value` is NaN or infinite; say which is the first."""
    if not np.isfinite(value).all():
        where = np.unravel_index(int(np.argmin(np.isfinite(value))), value.shape)
        at = tuple(int(k) for k in where)
        raise NotFiniteError(f"{name} must be finite; got {value[where]} at index {at}")


def size(name: str, value: object) -> int:
    """Return `value` as a whole number from 1 up."""
    return at_least(name, value, 1)


def at_least(name: str, value: object, least: int) -> int:
    """Return `value` as a whole number from `least` up."""
    if isinstance(value, bool) or not isinstance(value, numbers.Integral):
        raise TypeError(f"{name} must be a whole number; got {value!r}")
    if value < least:
        raise ValueError(f"{name} must be at least {least}; got {value}")
    return int(value)


def index(name: str, value: object, size: int) -> int:
    """Return `value` if it points to one of `size` places, counted from 0."""
    if isinstance(value, bool) or not isinstance(value, numbers.Integral):
        raise TypeError(f"{name} must be a whole number; got {value!r}")
    place = int(value)
    if not 0 <= place < size:
        raise ValueError(f"{name} must be from 0 to {size - 1}; got {value}")
    return place


def positive(name: str, value: object) -> float:
    """Return `value` as a finite number above 0."""
    number = real(name, value)
    if number <= 0:
        raise ValueError(f"{name} must be above 0; got {value}")
    return number


def real(name: str, value: object, dtype: Any = np.float64) -> float:
    """Return `value` as a float that is finite in `dtype`."""
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise TypeError(f"{name} must be a number; got {value!r}")
    try:
        number = float(value)
    except OverflowError as error:
        raise ValueError(f"{name} must fit in a float; got a whole number too large") from error
    if not np.isfinite(number):
        raise ValueError(f"{name} must be finite; got {value}")
    if abs(number) > float(np.finfo(float_dtype("dtype", dtype)).max):
        raise ValueError(f"{name} must fit in {np.dtype(dtype)}; got {value}")
    return number


def choice(name: str, value: object, options: Sequence[str]) -> str:
    """Return `value` if it is one of `options`."""
    if not isinstance(value, str) or value not in options:
        raise ValueError(f"{name} must be one of {', '.join(map(repr, options))}; got {value!r}")
    return str(value)


def instance(name: str, value: Any, kind: type) -> Any:
    """Return `value` if it is of the type `kind`."""
    if not isinstance(value, kind):
        raise TypeError(f"{name} must be of type {kind.__name__}; got {value!r:.60}")
    return value


def generator(name: str, value: object) -> np.random.Generator:
    """Return `value` if it is a NumPy random generator."""
    if not isinstance(value, np.random.Generator):
        raise TypeError(f"{name} must be a numpy.random.Generator; got {value!r:.60}")
    return value


def float_dtype(name: str, value: Any) -> np.dtype:
    """Return `value` as float64 or float32."""
    try:
        if value is None:  # NumPy reads it as float64
            raise TypeError("None is no dtype")
        dtype = np.dtype(value)
    except TypeError as error:
        raise TypeError(f"{name} must be float64 or float32; got {value!r}") from error
    if dtype not in (np.dtype(np.float64), np.dtype(np.float32)):
        raise ValueError(f"{name} must be float64 or float32; got {dtype}")
    return dtype


def _spell(shape: Shape) -> str:
    return "(" + ", ".join(map(str, shape)) + ("," if len(shape) == 1 else "") + ")"


def floating(name: str, value: object, shape: Shape) -> np.ndarray:
    """Return `value` as a finite array of `shape`: float32 if it came so, else float64."""
    given = numeric(name, value)
    return array(name, given, shape, np.float32 if given.dtype == np.float32 else np.float64)


def prefix_lengths(name: str, value: object, shape: tuple[int, int]) -> np.ndarray:
    """Return how many steps (B,) of each column the mask `value` (T, B) counts; None counts all."""
    if value is None:
        return np.full(shape[1], shape[0])
    given = classes(name, value, shape, 2)
    if (np.diff(given, axis=0) > 0).any():
        step, column = (int(k) for k in np.argwhere(np.diff(given, axis=0) > 0)[0])
        raise ValueError(
            f"{name} must be 1 and then 0 along each sequence; "
            f"got 0 and then 1 after step {step} of sequence {column}"
        )
    if not given.any():
        raise ValueError(f"{name} must have at least one step that counts; got only 0")
    return given.sum(axis=0)


def sequence(name: str, value: Any) -> list:
    """Return `value`, any sequence, as a list."""
    try:
        items = list(value)
    except TypeError as error:
        raise TypeError(f"{name} must be a sequence; got {value!r:.60}") from error
    return value.tolist() if isinstance(value, np.ndarray) else items


def labels(name: str, value: Any) -> list:
    """Return `value`, a sequence of numbers or letters, as a list."""
    items = sequence(name, value)
    for item in items:
        if isinstance(item, (list, tuple, np.ndarray)):
            raise ValueError(f"{name} must be one sequence of labels; got {item!r:.60} in it")
    return items


def fraction(name: str, value: object) -> float:
    """Return `value` as a float from 0 to below 1."""
    number = real(name, value)
    if not 0 <= number < 1:
        raise ValueError(f"{name} must be from 0 to below 1; got {value}")
    return number


def one_of(name: str, value: Any, options: Sequence[float]) -> Any:
    """Return `value` if it is one of the numbers `options`."""
    if real(name, value) not in options:
        listed = ", ".join(f"{option:g}" for option in options)
        raise ValueError(f"{name} must be one of {listed}; got {value!r}")
    return value
