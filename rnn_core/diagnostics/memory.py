"""How long a cell remembers, and how its gates are used.

A state that is multiplied by f at each step is half gone after log ½ / log f steps. What
multiplies it is f in an LSTM, 1 − z in a GRU and ``|λ|`` in an LRU, called `keep` here.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from .. import checks, padding, variants
from ..cell import Cell
from ..trace import Trace
from .gradients import _check

GATES = "iforz"  # the letters that a logistic function keeps between 0 and 1


class Saturation(NamedTuple):
    """Fractions of the steps at which a gate was shut (`left`) and open (`right`), shape (H,)."""

    left: np.ndarray
    right: np.ndarray


def half_life(keep: Any) -> np.ndarray:
    """Return how many steps it takes until half is left: log ½ / log keep.

    Parameters
    ----------
    keep : array of any shape
        What part of the state each step keeps, from 0 to 1.

    Returns
    -------
    ndarray, of the same shape
        Steps. 0 where `keep` is 0, infinite where it is 1.

    Raises
    ------
    TypeError, ValueError
        If `keep` is not numeric or not from 0 to 1.

    Examples
    --------
    >>> half_life([0.5, 0.9, 0.99]).round(1)
    array([ 1. ,  6.6, 69. ])
    """
    return _steps_of(_log(_between("keep", keep, 0, 1)))


def keep_for_half_life(steps: Any) -> np.ndarray:
    """Return what each step must keep so that half is left after `steps`: 2^(−1 / steps).

    Parameters
    ----------
    steps : array of any shape
        Above 0.

    Returns
    -------
    ndarray, of the same shape
        Between 0 and 1.

    Raises
    ------
    TypeError, ValueError
        If `steps` is not numeric, finite and above 0.

    Examples
    --------
    >>> keep_for_half_life([1, 10, 100]).round(4)
    array([0.5   , 0.933 , 0.9931])
    """
    return 2.0 ** (-1 / _above_zero("steps", steps))


def half_life_of_bias(bias: Any) -> np.ndarray:
    """Return the half-life of a gate that only its bias drives: keep = σ(bias).

    Parameters
    ----------
    bias : array of any shape
        A forget-gate bias b_f. For a GRU take −b_z, since 1 − σ(b_z) = σ(−b_z).

    Returns
    -------
    ndarray, of the same shape
        Steps.

    Raises
    ------
    TypeError, ValueError
        If `bias` is not numeric and finite.

    Examples
    --------
    >>> half_life_of_bias([0.0, 1.0, 2.0]).round(1)
    array([1. , 2.2, 5.5])
    """
    given = checks.numeric("bias", bias)
    checks.finite("bias", given)
    return _steps_of(-np.logaddexp(0, -given))  # log σ(b), exact where σ(b) rounds to 1


def bias_for_half_life(steps: Any) -> np.ndarray:
    """Return the forget-gate bias that makes the half-life `steps`: −log(2^(1 / steps) − 1).

    Near log(steps / log 2) for a long one. Chrono initialisation sets −b_z or b_f to
    log(u), u uniform from 1 to T_max − 1: half-lives of about u log 2.

    Parameters
    ----------
    steps : array of any shape
        Above 0.

    Returns
    -------
    ndarray, of the same shape

    Raises
    ------
    TypeError, ValueError
        If `steps` is not numeric, finite and above 0.

    Notes
    -----
    Source: Tallec and Ollivier (2018) for chrono initialisation.

    Examples
    --------
    >>> bias_for_half_life([1, 10, 100]).round(2) + 0.0
    array([0.  , 2.63, 4.97])
    """
    log_grow = math.log(2) / _above_zero("steps", steps)
    return -(log_grow + np.log(-np.expm1(-log_grow)))  # −log(e^a − 1), without overflow


def half_lives(cell: Cell, trace: Trace) -> np.ndarray:
    """Return the half-life of each unit's state, from what it kept over a trace.

    It is log ½ over the mean of log keep, over the steps and sequences: a state that went
    through all of them would be multiplied by the exponential of the sum. Only this direct path
    is counted, not what comes back by way of h and the other gates; `jacobian` counts all.

    Parameters
    ----------
    cell : Cell
        One with a gate, or a factor, that keeps: f, 1 − z, or ``|λ|``. The LSTM of 1997 keeps
        everything, so its half-lives are infinite.
    trace : Trace
        What `cell.forward` returned. The padding of shorter sequences is left out.

    Returns
    -------
    ndarray, shape (H,)
        Steps. 0 for a unit that once kept nothing.

    Raises
    ------
    TypeError, ValueError
        If the trace is another cell's or has checkpoints, or the cell has nothing that keeps.

    Examples
    --------
    >>> from rnn_core import LSTM
    >>> lstm = LSTM(1, 2, rng=np.random.default_rng(0), forget_bias=2.0)
    >>> lstm.params["W_fh"][:] = 0
    >>> half_lives(lstm, lstm.forward(np.zeros((9, 1, 1)))).round(1)
    array([5.5, 5.5])
    """
    _check(cell, trace)
    return _steps_of(_real_steps(_log_keep(cell, trace), trace).mean(axis=0))


def saturation(trace: Trace, low: float = 0.1, high: float = 0.9) -> dict[str, Saturation]:
    """Return how often each unit's gates were shut and open.

    Parameters
    ----------
    trace : Trace
        Of a cell with gates, without checkpoints. The padding of shorter sequences is left out.
    low, high : float
        A gate is saturated left below `low`, right above `high`; 0 ≤ low ≤ high ≤ 1.

    Returns
    -------
    dict of Saturation
        By the gate's letter, `left` and `right`, each of shape (H,): fractions, from 0 to 1, of
        all steps of all sequences.

    Raises
    ------
    TypeError, ValueError
        If the trace has no gates, or a threshold is out of order.

    Notes
    -----
    Source: Karpathy, Johnson and Fei-Fei (2015), section 4.2, with the same thresholds.

    Examples
    --------
    >>> from rnn_core import LSTM
    >>> lstm = LSTM(1, 2, rng=np.random.default_rng(0), forget_bias=4.0)
    >>> found = saturation(lstm.forward(np.zeros((9, 1, 1))))
    >>> found["f"].right, found["f"].left
    (array([1., 1.]), array([0., 0.]))
    """
    gates = [k for k in checks.instance("trace", trace, Trace).arrays if k in GATES]
    if not gates:
        raise ValueError(f"trace must have gates, some of {GATES}; got {trace!r}")
    low, high = checks.real("low", low), checks.real("high", high)
    if not 0 <= low <= high <= 1:
        raise ValueError(f"low and high must be 0 ≤ low ≤ high ≤ 1; got {low} and {high}")
    found = {}
    for k in gates:
        values = _real_steps(trace[k], trace)
        found[k] = Saturation((values < low).mean(axis=0), (values > high).mean(axis=0))
    return found


def _log_keep(cell: Cell, trace: Trace) -> np.ndarray:
    """Return the logarithm of what each unit kept at each step, shape (T, B, H)."""
    if "f" in trace.arrays:
        return _log(trace["f"])
    if "z" in trace.arrays:
        return _log(1 - trace["z"])
    if isinstance(cell, variants.LRU):
        return np.broadcast_to(_log(cell.moduli), trace.h.shape)
    if isinstance(cell, variants.LSTM1997):
        return np.zeros_like(trace.c)
    raise ValueError(f"cell must have something that keeps, f, z or λ; got {cell!r}")


def _real_steps(values: np.ndarray, trace: Trace) -> np.ndarray:
    """Return the rows (N, H) of the steps that are not padding."""
    if trace.lengths is not None and not trace.lengths.any():
        raise ValueError("trace must have a real step; all its lengths are 0")
    if trace.lengths is None:
        return values.reshape(-1, values.shape[-1])
    return values[padding.mask_of(trace.lengths, len(trace)) == 1]


def _log(keep: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore"):
        return np.log(keep)


def _steps_of(log_keep: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore"):
        return math.log(2) / np.abs(log_keep)


def _between(name: str, value: object, low: float, high: float) -> np.ndarray:
    given = checks.numeric(name, value)
    checks.finite(name, given)
    wrong = (given < low) | (given > high)
    if wrong.any():
        raise ValueError(f"{name} must be from {low} to {high}; got {given[wrong].flat[0]:g}")
    return given


def _above_zero(name: str, value: object) -> np.ndarray:
    given = checks.numeric(name, value)
    checks.finite(name, given)
    if (given <= 0).any():
        raise ValueError(f"{name} must be above 0; got {given[given <= 0].flat[0]:g}")
    return given
