"""How a gradient grows or shrinks on its way back through time, and why.

The Jacobian of one step says what a small change of the state becomes one step later. Their
product over many steps is what backpropagation through time multiplies a gradient by.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from .. import checks
from ..cell import Cell
from ..trace import State, Trace


class GradientNorms(NamedTuple):
    """Euclidean norms over the units of ∂L/∂h_t and ∂L/∂c_t, each of shape (T, B).

    `c` is None for a cell without a cell state.
    """

    h: np.ndarray
    c: np.ndarray | None


def gradient_norms(cell: Cell, trace: Trace, dh: Any, dstate: State | None = None) -> GradientNorms:
    """Return how long the gradient is at each step: ‖∂L/∂h_t‖, and ‖∂L/∂c_t‖ where there is a c.

    The norm is the Euclidean one over the H units, for each step and each sequence by itself.
    ∂L/∂h_t counts every path from h_t to the loss, those through later steps included; ∂L/∂c_t
    also the one through h_t. The h of an LRU goes nowhere but to the readout.

    Parameters
    ----------
    cell : Cell
    trace : Trace
        What `cell.forward` returned.
    dh : array, shape (T, B, H)
        ∂L/∂h_t by the direct path at each step. For a loss on the last step alone, zeros but
        for ``dh[-1]``.
    dstate : State, optional
        ∂L/∂ of the state after the last step, where something downstream used it.

    Returns
    -------
    GradientNorms
        `h` and `c`, each (T, B), in units of the loss per unit of state. ``h[t]`` belongs to
        h_t, so the lag to the last step is T − 1 − t. 0 in the padding of a shorter sequence.

    Raises
    ------
    TypeError, ValueError
        If the trace is another cell's or has checkpoints, or an array is not numeric, finite or
        of its shape.

    Notes
    -----
    Source: Hochreiter (1991); Bengio, Simard and Frasconi (1994).

    Examples
    --------
    W_hh = ½ I halves the gradient at each step back, where no input bends the tanh:

    >>> import numpy as np
    >>> from rnn_core import RNN
    >>> rnn = RNN(1, 2, rng=np.random.default_rng(0))
    >>> rnn.params["W_hh"][:] = 0.5 * np.eye(2)
    >>> trace = rnn.forward(np.zeros((4, 1, 1)))
    >>> dh = np.zeros((4, 1, 2))
    >>> dh[-1] = [3, 4]
    >>> gradient_norms(rnn, trace, dh).h[:, 0]
    array([0.625, 1.25 , 2.5  , 5.   ])
    """
    _check(cell, trace)
    grads = cell.backward(trace, dh, dstate)
    return GradientNorms(_norm(np.asarray(grads.h)), None if grads.c is None else _norm(grads.c))


def jacobians(cell: Cell, trace: Trace, of: str | None = None, by: str | None = None) -> np.ndarray:
    """Return the exact Jacobian of each step, ∂s_t/∂s_{t−1} for the whole state s.

    The state is h; or h and c, one after the other; or the real and the imaginary part of an
    LRU's state. Each row is one backward pass through one step, from a unit cotangent; no formula
    of a particular cell and no finite difference is used.

    Parameters
    ----------
    cell : Cell
    trace : Trace
        What `cell.forward` returned, with the parameters the cell still has.
    of, by : str, optional
        One letter of the state each, for the block ∂of_t/∂by_{t−1} alone, such as "h" and "c".
        By default the whole state. A product of blocks is not the block of the product: for
        several steps use `jacobian`.

    Returns
    -------
    ndarray, shape (T, B, S, S)
        Row: component of the state after step t; column: component of the state before it.
        S is H, or 2H for a state of two letters; with `of` or `by` that side is H. In the
        padding of a shorter sequence, where the state is held, the identity.

    Raises
    ------
    TypeError, ValueError
        If the trace is another cell's or has checkpoints, or a letter is not its state's.

    Examples
    --------
    >>> import numpy as np
    >>> from rnn_core import RNN
    >>> rnn = RNN(1, 2, rng=np.random.default_rng(0))
    >>> trace = rnn.forward(np.ones((3, 1, 1)))
    >>> by_hand = (1 - trace.h[..., None] ** 2) * rnn.params["W_hh"]  # diag(1 − h²) W_hh
    >>> np.allclose(jacobians(rnn, trace), by_hand)
    True
    """
    rows, columns = _block(cell, trace, of, by)
    steps = _steps(cell, trace, 0, len(trace))
    return np.stack([step[:, rows, columns] for step in steps])


def jacobian(
    cell: Cell,
    trace: Trace,
    to: int,
    since: int | None = None,
    of: str | None = None,
    by: str | None = None,
) -> np.ndarray:
    """Return the exact Jacobian over several steps, ∂s_to/∂s_since, as the product of theirs.

    Parameters
    ----------
    cell : Cell
    trace : Trace
        What `cell.forward` returned, with the parameters the cell still has.
    to : int
        The later step, from 0 to T − 1.
    since : int, optional
        The earlier step, from 0 to `to`. By default the state before the first step.
    of, by : str, optional
        One letter of the state each, for the block ∂of_to/∂by_since alone.

    Returns
    -------
    ndarray, shape (B, S, S)
        As for `jacobians`. Over many steps it may underflow to 0 or overflow; then see
        `spectra.lyapunov_exponents`.

    Raises
    ------
    TypeError, ValueError
        If the trace is another cell's or has checkpoints, a step is out of range, or a letter is
        not its state's.

    Examples
    --------
    >>> import numpy as np
    >>> from rnn_core import GRU
    >>> rng = np.random.default_rng(0)
    >>> gru = GRU(1, 2, rng=rng)
    >>> trace = gru.forward(rng.standard_normal((5, 1, 1)))
    >>> each = jacobians(gru, trace)
    >>> np.allclose(jacobian(gru, trace, to=4, since=2), each[4] @ each[3])
    True
    """
    rows, columns = _block(cell, trace, of, by)
    to = checks.index("to", to, len(trace))
    first = 0 if since is None else checks.index("since", since, to + 1) + 1
    size = sum(part.shape[-1] for part in trace.start)
    product = np.tile(np.eye(size, dtype=cell.dtype), (trace.xs.shape[1], 1, 1))
    for step in _steps(cell, trace, first, to + 1):
        product = step @ product
    return product[:, rows, columns]


def _steps(cell: Cell, trace: Trace, start: int, stop: int) -> Iterator[np.ndarray]:
    """Yield the Jacobian (B, S, S) of each step from `start` up to `stop`."""
    before = [trace.before(letter) for letter in trace.start._fields]
    for t in range(start, stop):
        step = _step(cell, trace.xs[t], type(trace.start)(*(part[t] for part in before)))
        if trace.lengths is not None:
            step[trace.lengths <= t] = np.eye(step.shape[-1])
        yield step


def _step(cell: Cell, x: np.ndarray, state: State) -> np.ndarray:
    """Return the Jacobian (B, S, S) of the step that reads `x` in `state`.

    Every sequence is taken S times, once for each unit cotangent: one batch of B·S rows.
    """
    kind, batch = type(state), len(x)
    ends = np.cumsum([part.shape[-1] for part in state])
    size = int(ends[-1])
    starts = kind(*(np.repeat(part, size, axis=0) for part in state))
    trace = cell.forward(np.repeat(x, size, axis=0)[None], starts)
    units = np.tile(np.eye(size, dtype=cell.dtype), (batch, 1))
    dstate = kind(*np.split(units, ends[:-1], axis=1))
    grads = cell.backward(trace, np.zeros_like(trace.h), dstate)
    return np.concatenate(grads.state, axis=1).reshape(batch, size, size)


def _block(cell: Cell, trace: Trace, of: str | None, by: str | None) -> tuple[slice, slice]:
    """Return where the asked rows and columns are in the Jacobian of the whole state."""
    _check(cell, trace)
    fields = trace.start._fields
    ends = np.cumsum([part.shape[-1] for part in trace.start])

    def place(name: str, letter: str | None) -> slice:
        if letter is None:
            return slice(None)
        at = fields.index(checks.choice(name, letter, fields))
        return slice(ends[at - 1] if at else 0, ends[at])

    return place("of", of), place("by", by)


def _check(cell: Cell, trace: Trace) -> None:
    """Raise if the trace is not one that `cell` made and kept whole."""
    checks.instance("cell", cell, Cell)._check_trace(trace)
    if trace.checkpoints:
        raise ValueError("trace must hold every step; got one made with checkpoint")


def _norm(values: np.ndarray) -> np.ndarray:
    """Return the norm over the last axis; squares of tiny numbers would underflow, so scale."""
    largest = np.abs(values).max(axis=-1, keepdims=True)
    scale = np.where(largest > 0, largest, 1)
    return scale[..., 0] * np.linalg.norm(values / scale, axis=-1)
