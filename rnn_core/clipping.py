"""How a gradient that is too large is made smaller before the step. Both ways work in place."""

from __future__ import annotations

import math

import numpy as np

from . import checks

Params = dict[str, np.ndarray]


def global_norm(grads: Params) -> float:
    """Return the norm of all gradients taken together, √(Σ g²).

    Raises
    ------
    TypeError, ValueError
        If a gradient is no array, or NaN or infinite.

    Examples
    --------
    >>> global_norm({"W": np.array([[3.0, 0.0]]), "b": np.array([4.0])})
    5.0
    """
    _check(grads)
    # Divided by the largest entry first, so that no square overflows.
    largest = max((float(np.abs(g).max(initial=0)) for g in grads.values()), default=0.0) or 1.0
    return largest * math.sqrt(sum(float(((g / largest) ** 2).sum()) for g in grads.values()))


def clip_by_global_norm(grads: Params, max_norm: float) -> float:
    """Scale all gradients together so that their joint norm is at most `max_norm`.

    Parameters
    ----------
    grads : dict of ndarray
        Changed in place.
    max_norm : float
        Above 0.

    Returns
    -------
    float
        The norm before clipping.

    Raises
    ------
    TypeError, ValueError
        If `max_norm` is not above 0, or a gradient is NaN or infinite.

    Notes
    -----
    Clipping bounds how far one step can go when gradients explode. It does nothing for gradients
    that vanish. Source: Pascanu, Mikolov and Bengio (2013).

    Examples
    --------
    >>> grads = {"W": np.array([[3.0, 0.0]]), "b": np.array([4.0])}
    >>> clip_by_global_norm(grads, 1.0), grads["b"].round(12).item()
    (5.0, 0.8)
    """
    max_norm = checks.positive("max_norm", max_norm)
    norm = global_norm(grads)
    if norm > max_norm:
        for grad in grads.values():
            grad *= max_norm / norm
    return norm


def clip_by_value(grads: Params, limit: float) -> None:
    """Bring every entry of every gradient into ±limit, in place.

    This turns the gradient, where clipping by the norm only shortens it.

    Raises
    ------
    TypeError, ValueError
        If `limit` is not above 0, or a gradient is NaN or infinite.

    Examples
    --------
    >>> grads = {"W": np.array([-30.0, 0.5])}
    >>> clip_by_value(grads, 1.0)
    >>> grads["W"]
    array([-1. ,  0.5])
    """
    limit = checks.positive("limit", limit)
    _check(grads)
    for grad in grads.values():
        np.clip(grad, -limit, limit, out=grad)


def _check(grads: Params) -> None:
    for name, grad in grads.items():
        checks.finite(f"grads[{name!r}]", checks.instance(f"grads[{name!r}]", grad, np.ndarray))
