r"""The linear recurrence h_t = a_t ⊙ h_{t−1} + b_t, step by step and in parallel.

Where the recurrence is linear, two steps make one step of the same kind: (a₁, b₁) and then
(a₂, b₂) is (a₂a₁, a₂b₁ + b₂). That operation is associative, so all prefixes can be had in ⌈log₂ T⌉
rounds instead of T steps, at the price of more work in all (Hillis and Steele 1986).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Recur = Callable[[Any, Any, Any], np.ndarray]


def sequential(a: Any, b: Any, start: Any) -> np.ndarray:
    """Return h_t = a_t ⊙ h_{t−1} + b_t, one step after the other.

    Parameters
    ----------
    a : array, shape (T, ...) or one that broadcasts to it
    b : array, shape (T, ...)
        Real or complex, as the other two.
    start : array, shape (...)
        h before the first step.

    Returns
    -------
    ndarray, shape (T, ...)

    Raises
    ------
    TypeError, ValueError
        If an argument is not numeric, or shapes do not fit.

    Examples
    --------
    >>> sequential([[0.5], [0.5], [0.5]], [[1.0], [1.0], [1.0]], [0.0])[:, 0]
    array([1.  , 1.5 , 1.75])
    """
    a, b, h = _checked(a, b, start)
    hs = np.empty_like(b)
    for t in range(len(b)):
        h = hs[t] = a[t] * h + b[t]
    return hs


def parallel(a: Any, b: Any, start: Any) -> np.ndarray:
    """Return what `sequential` returns, in ⌈log₂ T⌉ rounds over whole arrays.

    After the round with a span of n, each place holds the composition of the 2n steps that end
    there. Arguments, result and errors as for `sequential`. It multiplies up to T of the a
    together, so where |a| > 1 it may overflow although h does not; the gates of a cell keep
    |a| ≤ 1.

    Examples
    --------
    >>> parallel([[0.5], [0.5], [0.5]], [[1.0], [1.0], [1.0]], [0.0])[:, 0]
    array([1.  , 1.5 , 1.75])
    """
    a, b, h = _checked(a, b, start)
    a, b = a.copy(), b.copy()
    b[0] += a[0] * h
    span = 1
    while span < len(b):
        b[span:] += a[span:] * b[:-span]
        a[span:] *= a[:-span]
        span *= 2
    return b


def _checked(a: Any, b: Any, start: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    arrays = {name: np.asarray(value) for name, value in (("a", a), ("b", b), ("start", start))}
    for name, value in arrays.items():
        if value.dtype.kind not in "biufc":
            raise TypeError(f"{name} must be an array of numbers; got dtype {value.dtype}")
    if arrays["b"].ndim == 0 or len(arrays["b"]) == 0:
        raise ValueError(f"b must have at least one step; got shape {arrays['b'].shape}")
    dtype = np.result_type(*arrays.values(), np.float32)
    shape = arrays["b"].shape
    for name, want in (("a", shape), ("start", shape[1:])):
        try:
            arrays[name] = np.broadcast_to(arrays[name], want)
        except ValueError as error:
            got = arrays[name].shape
            raise ValueError(f"{name} must broadcast to shape {want}; got {got}") from error
    a, b, start = (arrays[name].astype(dtype, copy=False) for name in ("a", "b", "start"))
    return a, b, start
