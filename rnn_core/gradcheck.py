"""Is a gradient right? Ask the function itself.

A gradient says how fast the loss changes in every direction. So take a few random directions,
walk a little way forward and back along each, and compare the change of the loss with what the
gradient foretold. One direction tests every entry of an array at once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from . import checks
from .cell import Layer
from .trace import State, leaves, map_state


def directional_errors(
    loss: Callable[[], float],
    arrays: dict[str, np.ndarray],
    grads: dict[str, np.ndarray],
    *,
    rng: np.random.Generator,
    directions: int = 3,
    step: float = 1e-5,
) -> dict[str, float]:
    """Return, for each array, the worst relative error of its gradient over a few directions.

    Parameters
    ----------
    loss : callable
        Takes no argument and reads `arrays`, which are nudged in place and put back.
    arrays, grads : dict of float64 ndarray
        What the loss depends on, and ∂loss/∂ of each, under the same names.
    rng : numpy.random.Generator
    directions : int
    step : float
        Above 0: half the distance between the two points of the central difference.

    Returns
    -------
    dict of float
        ``|foretold − measured| / max(|foretold|, |measured|, typical, 1e-8)``, the largest over
        directions. The gradient's norm / √(its entries) is what a direction typically foretells;
        without it a direction that happens to be level would show rounding as an error.

    Raises
    ------
    TypeError, ValueError
        If an array is not float64, the names or shapes of `arrays` and `grads` differ, or a
        gradient or the loss is not finite.

    Examples
    --------
    >>> import numpy as np
    >>> w = np.array([1.0, 2.0, 3.0])
    >>> errors = directional_errors(
    ...     lambda: float((w**2).sum()), {"w": w}, {"w": 2 * w}, rng=np.random.default_rng(0)
    ... )
    >>> errors["w"] < 1e-8
    True
    """
    _check_pairs(arrays, grads)
    step = checks.positive("step", step)
    checks.generator("rng", rng)
    return {
        name: max(
            _error(loss, value, grads[name], rng.standard_normal(value.shape), step)
            for _ in range(checks.size("directions", directions))
        )
        for name, value in arrays.items()
    }


def gradcheck(
    cell: Layer,
    xs: Any,
    state: State = None,
    *,
    rng: np.random.Generator,
    lengths: Any = None,
    checkpoint: int | bool = False,
    **options: Any,
) -> dict[str, float]:
    """Check `cell.backward` for a random loss of every h_t and of the state after the last step.

    Parameters
    ----------
    cell : Cell, Stacked or Bidirectional
        In float64.
    xs : array, shape (T, B, D)
    state : State, optional
        The state before the first step; zeros if not given.
    rng : numpy.random.Generator
    lengths, checkpoint
        For `cell.forward`.
    **options
        For `directional_errors`.

    Returns
    -------
    dict of float
        Relative error by name: each parameter, "xs", and "state.h" (and "state.c").

    Examples
    --------
    >>> import numpy as np
    >>> from rnn_core import GRU
    >>> rng = np.random.default_rng(0)
    >>> errors = gradcheck(GRU(2, 3, rng=rng), rng.standard_normal((4, 2, 2)), rng=rng)
    >>> max(errors.values()) < 1e-6
    True
    """
    if checks.instance("cell", cell, Layer).dtype != np.float64:
        raise ValueError(f"cell must be in float64, where differences are exact; got {cell.dtype}")
    passed: dict[str, Any] = {"lengths": lengths, "checkpoint": checkpoint}
    trace = cell.forward(xs, state, **passed)
    xs, start = trace.xs.copy(), map_state(np.copy, trace.start)
    dh = rng.standard_normal(trace.h.shape)
    dend = map_state(lambda part: rng.standard_normal(part.shape), start)

    def loss() -> float:
        seen = cell.forward(xs, start, **passed)
        ends = zip(leaves(dend).values(), leaves(seen.end).values(), strict=True)
        return float((dh * seen.h).sum() + sum((d * end).sum() for d, end in ends))

    grads = cell.backward(trace, dh, dend)
    arrays = {"xs": xs, **leaves(start), **cell.params}
    found = {"xs": grads.xs, **leaves(grads.state), **grads.params}
    return directional_errors(loss, arrays, found, rng=rng, **options)


def _check_pairs(arrays: dict[str, np.ndarray], grads: dict[str, np.ndarray]) -> None:
    if arrays.keys() != grads.keys():
        raise ValueError(f"grads must have the names {sorted(arrays)}; got {sorted(grads)}")
    for name, value in arrays.items():
        if value.dtype != np.float64:
            raise TypeError(f"arrays[{name!r}] must be float64; got {value.dtype}")
        checks.array(f"grads[{name!r}]", grads[name], value.shape, np.float64)


def _error(
    loss: Callable[[], float], value: np.ndarray, grad: np.ndarray, way: np.ndarray, step: float
) -> float:
    way /= np.linalg.norm(way)
    here = value.copy()
    try:
        value[...] = here + step * way
        ahead = checks.real("loss", loss())
        value[...] = here - step * way
        behind = checks.real("loss", loss())
    finally:
        value[...] = here
    measured, foretold = (ahead - behind) / (2 * step), float((grad * way).sum())
    typical = float(np.linalg.norm(grad) / np.sqrt(grad.size))
    return abs(foretold - measured) / max(abs(foretold), abs(measured), typical, 1e-8)
