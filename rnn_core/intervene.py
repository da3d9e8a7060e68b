"""What would have happened: run a cell again with one of its gates held.

A held gate is a gate with no weights and one bias, so a held run is the cell's own mathematics
with other parameters: nothing is computed here that the cell does not compute itself.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import numpy as np

from . import checks
from .cell import Cell
from .trace import Trace

SHUT = 1e3  # σ(±1000) is 0 and 1, tanh(±1000) is ±1, exactly


def gates(cell: Cell) -> str:
    """Return the letters of the gates that `hold` can hold, in the order of the formulas.

    These are the gates with parameters of their own. A candidate is no gate; the forget gate of
    a CoupledLSTM follows its input gate.

    Examples
    --------
    >>> from rnn_core import GRU, LSTM
    >>> rng = np.random.default_rng(0)
    >>> gates(LSTM(2, 3, rng=rng)), gates(GRU(2, 3, rng=rng))
    ('ifo', 'rz')
    """
    checks.instance("cell", cell, Cell)
    return "".join(k for k in cell.letters if k in "iforz")


def hold(
    cell: Cell,
    xs: Any,
    state: Any = None,
    *,
    gate: str,
    value: float,
    since: int = 0,
    units: Sequence[int] | None = None,
) -> Trace:
    """Run over a sequence as `cell.forward` does, with one gate held from a step on.

    Parameters
    ----------
    cell : Cell
        Of any kind that has gates.
    xs : array, shape (T, B, D)
    state : State, optional
        Zeros, if not given.
    gate : str
        The letter of one of `gates(cell)`.
    value : float
        What the gate is held at, from 0 (shut) to 1 (open).
    since : int
        The first step at which it is held, counted from 0; the steps before it run free.
    units : sequence of int, optional
        The units whose gate is held; all, if not given.

    Returns
    -------
    Trace
        Like that of `cell.forward`; the gate's letter shows `value` where it was held.

    Raises
    ------
    TypeError, ValueError
        If the cell has no such gate, or an argument is of the wrong kind, length or range.

    Examples
    --------
    An LSTM whose forget gate is shut from step 3 on keeps nothing of what it had:

    >>> from rnn_core import LSTM
    >>> lstm = LSTM(2, 3, rng=np.random.default_rng(0))
    >>> trace = hold(lstm, np.ones((5, 1, 2)), gate="f", value=0, since=3)
    >>> bool((trace.c[3] == trace["i"][3] * trace["g"][3]).all())
    True
    """
    known = gates(cell)
    if not known:
        raise ValueError(f"cell must have a gate that can be held; got {cell!r}")
    held = _held(
        cell, checks.choice("gate", gate, known), share("value", value), _rows(cell, units)
    )
    xs = checks.array("xs", xs, ("T", "B", cell.input_size), cell.dtype)
    since = checks.index("since", since, len(xs))
    if not since:
        return held.forward(xs, state)
    before = cell.forward(xs[:since], state)
    after = held.forward(xs[since:], before.end)
    joined = {k: np.concatenate([value, after[k]]) for k, value in before.arrays.items()}
    return before.replace(xs=xs, arrays=joined)


def _held(cell: Cell, gate: str, at: float, rows: np.ndarray) -> Cell:
    """Return a copy of `cell` whose `gate` is σ(b) = `at` in some units, whatever comes in."""
    other = copy.copy(cell)
    other.params = {name: value.copy() for name, value in cell.params.items()}
    for name, value in other.params.items():
        if name.split("_")[1][0] == gate:  # W_fx, W_fh, W_oc, b_f, p_f
            value[rows] = 0
    with np.errstate(divide="ignore"):
        bias = np.log(at) - np.log1p(-at)  # the inverse of σ
    other.params[f"b_{gate}"][rows] = np.clip(bias, -SHUT, SHUT)
    return other


def share(name: str, value: Any) -> float:
    """Return `value` as a number that a gate can have, from 0 to 1.

    Examples
    --------
    >>> share("value", 1)
    1.0
    """
    given = checks.real(name, value)
    if not 0 <= given <= 1:
        raise ValueError(f"{name} must be from 0 to 1; got {value}")
    return given


def _rows(cell: Cell, units: Any) -> np.ndarray:
    if units is None:
        return np.arange(cell.hidden_size)
    return np.array(
        [checks.index("units", unit, cell.hidden_size) for unit in checks.sequence("units", units)],
        dtype=np.intp,
    )
