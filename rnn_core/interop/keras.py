"""Weights to and from Keras 3: the list that `layer.get_weights()` gives.

Keras stores matrices transposed, gates side by side: the kernel has shape (D, G·H). Its order is
i f c o in an LSTM, whose c is the candidate g, and z r h in a GRU, whose h is the candidate n. Its
GRU lets z weigh the old state; `reset_after=True`, the default, resets after the matrix product
and has two biases, `reset_after=False` resets before it and has one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .. import checks
from ..cell import Cell, Layer
from ..cells import ACTIVATIONS, RESETS
from ..layers import Bidirectional
from .blocks import CELLS, Blocks, check_only, directions, from_blocks, joined, row_of, to_blocks
from .conventions import Convention, convention

NAMES = ("kernel", "recurrent_kernel", "bias")


def from_keras(
    weights: Sequence[Any], *, kind: str, activation: str = "tanh", reset: str = "after"
) -> Cell | Bidirectional:
    """Make a cell from what `get_weights()` of a keras.layers.SimpleRNN, LSTM or GRU returns.

    Parameters
    ----------
    weights : sequence of array
        `kernel`, `recurrent_kernel` and, if the layer has one, `bias`. Of a
        keras.layers.Bidirectional, those of the forward layer and then of the backward layer.
    kind : "RNN", "LSTM" or "GRU"
        "RNN" for a SimpleRNN.
    activation : "tanh", "logistic", "relu" or "identity"
        Of a SimpleRNN, whose weights do not tell; leave it out for the others. Keras says
        "sigmoid" for "logistic" and "linear" for "identity".
    reset : "after" or "before"
        Of a GRU: "after" if it was made with `reset_after=True`, which is Keras' default. Leave it
        out for the others.

    Returns
    -------
    RNN, LSTM or GRU, or a Bidirectional of two
        In the dtype of the weights, with arrays of its own. A GRU that resets after the product
        has `recurrent_bias=True`.

    Raises
    ------
    TypeError, ValueError
        If the number of arrays or a shape is not that of the layer, a number is not finite, or an
        option is not one of this kind.

    Examples
    --------
    >>> kernel, recurrent_kernel, bias = np.ones((2, 12)), np.ones((3, 12)), np.zeros(12)
    >>> from_keras([kernel, recurrent_kernel, bias], kind="LSTM")
    LSTM(2, 3)
    """
    checks.choice("kind", kind, tuple(CELLS))
    checks.choice("activation", activation, ACTIVATIONS)
    checks.choice("reset", reset, RESETS)
    check_only("activation", activation, "tanh", "RNN", kind)
    check_only("reset", reset, "after", "GRU", kind)
    if isinstance(weights, np.ndarray | str) or not isinstance(weights, Sequence):
        raise TypeError(f"weights must be a list of arrays; got {weights!r:.60}")
    if len(weights) not in (2, 3, 4, 6):
        raise ValueError(
            f"weights must be {', '.join(NAMES)} (or no bias), of one layer or of both directions; "
            f"got {len(weights)} arrays"
        )
    row = convention("Keras", kind, reset if kind == "GRU" else "")
    half = len(weights) // 2 if len(weights) > 3 else len(weights)
    gru = {"reset": reset, "recurrent_bias": reset == "after"}
    options = {"RNN": {"activation": activation}, "GRU": gru}.get(kind, {})
    every = [_read(weights[at : at + half], row) for at in range(0, len(weights), half)]
    return joined([from_blocks(CELLS[kind], blocks, row, **options) for blocks in every])


def to_keras(cell: Layer) -> list[np.ndarray]:
    """Return a cell's weights as `set_weights()` of a Keras layer of the same kind takes them.

    The layer is a SimpleRNN of the same activation, an LSTM, or a GRU whose `reset_after` is True
    where the cell's reset is "after". Of the GRU's two biases the second is 0 but for b_nh.

    Parameters
    ----------
    cell : RNN, LSTM, GRU or CoupledLSTM, or a Bidirectional of two
        Of a Stacked, convert the layers one by one: each is a layer of Keras. A CoupledLSTM
        becomes an LSTM whose W_fx, W_fh and b_f are −W_ix, −W_ih and −b_i, and a PeepholeLSTM
        whose peepholes are all 0 an LSTM: `from_keras` gives an LSTM back.

    Returns
    -------
    list of ndarray
        `kernel`, `recurrent_kernel`, `bias`, and in a Bidirectional the same again.

    Raises
    ------
    TypeError
        If `cell` is not a cell.
    ValueError
        If Keras has no such cell, as with peepholes that are not 0.

    Examples
    --------
    >>> from rnn_core import GRU
    >>> gru = GRU(2, 3, rng=np.random.default_rng(0))
    >>> [value.shape for value in to_keras(gru)]
    [(2, 9), (3, 9), (2, 9)]
    """
    found = []
    for one in directions(cell, "Keras"):
        row = row_of("Keras", one)
        W, U, b, b_h = to_blocks(one, row)
        bias = b.ravel() if row.biases == 1 else np.stack([b.ravel(), b_h.ravel()])
        found += [*(np.ascontiguousarray(np.concatenate([*part]).T) for part in (W, U)), bias]
    return found


def _read(weights: Sequence[Any], row: Convention) -> Blocks:
    """Return the arrays of one layer as blocks, checked; the size comes from the second."""
    U, gates = checks.numeric(NAMES[1], weights[1]), len(row.gates)
    if U.ndim != 2 or 0 in U.shape or U.shape[1] != gates * U.shape[0]:
        raise ValueError(
            f"{NAMES[1]} must have shape (H, {gates}·H) in the {row.cell} of Keras; got {U.shape}"
        )
    dtype, (H, columns) = checks.float_dtype(f"dtype of {NAMES[1]}", U.dtype), U.shape
    U = checks.array(NAMES[1], U, U.shape, dtype)
    W = checks.array(NAMES[0], weights[0], ("D", columns), dtype)
    both = np.zeros((2, columns), dtype)
    if len(weights) == 3:
        both[: row.biases] = _bias(weights[2], row, columns, dtype)
    return Blocks(W.T.reshape(gates, H, -1), U.T.reshape(gates, H, H), *both.reshape(2, gates, H))


def _bias(given: Any, row: Convention, columns: int, dtype: np.dtype) -> np.ndarray:
    one, two = (columns,), (2, columns)
    want, other = (one, two) if row.biases == 1 else (two, one)
    if row.cell == "GRU" and np.shape(given) == other:
        raise ValueError(
            f"bias must have shape {want} with reset={row.reset!r}, that is {row.option}; "
            f"got {other}, that of a layer that resets on the other side of the product"
        )
    return checks.array(NAMES[2], given, want, dtype)
