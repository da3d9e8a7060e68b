"""The settings and the seeds of a sweep, checked and put in order."""

from __future__ import annotations

import itertools
import math
import numbers
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from .runs import canonical


def points(grid: Any) -> list[dict[str, Any]]:
    """Return the settings of a grid in their order.

    Parameters
    ----------
    grid : dict of lists, or list of dicts
        The values of each parameter, to be combined in every way, the last one fastest; or the
        settings one by one.

    Returns
    -------
    list of dict
        The values as plain Python: text, finite numbers, True, False or None.

    Raises
    ------
    TypeError, ValueError
        If a name or a value is something else, a setting comes twice, or there is none.

    Examples
    --------
    >>> points({"cell": ["RNN", "GRU"], "lr": [0.1]})
    [{'cell': 'RNN', 'lr': 0.1}, {'cell': 'GRU', 'lr': 0.1}]
    """
    if isinstance(grid, Mapping):
        given = _product(grid)
    elif isinstance(grid, list | tuple) and all(isinstance(point, Mapping) for point in grid):
        given = grid
    else:
        raise TypeError(f"grid must be a dict of lists or a list of dicts; got {grid!r:.60}")
    if not given:
        raise ValueError(f"grid must have at least one setting; got {grid!r:.60}")
    plain = [{_name(name): _value(name, point[name]) for name in point} for point in given]
    _differ("grid", [canonical(point, 0) for point in plain], plain)
    return plain


def seeds(given: Any) -> list[int]:
    """Return seeds as a list of different whole numbers from 0 up.

    Examples
    --------
    >>> seeds(range(3))
    [0, 1, 2]
    """
    if isinstance(given, str | bytes) or not isinstance(given, Iterable):
        raise TypeError(f"seeds must be whole numbers, such as range(5); got {given!r:.60}")
    listed = list(given)
    for seed in listed:
        if isinstance(seed, bool) or not isinstance(seed, numbers.Integral):
            raise TypeError(f"seeds must be whole numbers, such as range(5); got {seed!r:.60}")
        if seed < 0:
            raise ValueError(f"seeds must be from 0 up; got {seed}")
    if not listed:
        raise ValueError("seeds must have at least one number; got none")
    _differ("seeds", listed, listed)
    return [int(seed) for seed in listed]


def _product(grid: Mapping[Any, Any]) -> list[dict[Any, Any]]:
    for name, values in grid.items():
        if isinstance(values, str | bytes | Mapping) or not isinstance(values, Iterable):
            raise TypeError(f"grid[{name!r}] must be a list of values; got {values!r:.60}")
    combined = itertools.product(*grid.values())
    return [dict(zip(grid, values, strict=True)) for values in combined]


def _name(name: object) -> str:
    if not isinstance(name, str):
        raise TypeError(f"grid must have text as names; got {name!r:.60}")
    if not name.isidentifier() or name in ("rng", "seed"):
        raise ValueError(
            f"grid must have names of parameters other than rng and seed; got {name!r}"
        )
    return name


def _value(name: str, value: Any) -> Any:
    value = value.item() if isinstance(value, np.generic) else value
    if not isinstance(value, str | int | float | bool | None):
        raise TypeError(
            f"grid[{name!r}] must hold text, numbers, True, False or None; got {value!r:.60}"
        )
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"grid[{name!r}] must hold finite numbers; got {value}")
    return value


def _differ(name: str, keys: Sequence[Any], shown: Sequence[Any]) -> None:
    seen = set()
    for key, value in zip(keys, shown, strict=True):
        if key in seen:
            raise ValueError(f"{name} must not have a setting twice; got {value!r} twice")
        seen.add(key)
