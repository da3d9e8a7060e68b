"""Cells of one kind that compute what a cell of another kind does.

As 1 − σ(a) = σ(−a), the forget gate of a `CoupledLSTM` is that of an LSTM whose weights to f are
minus those to i. A `PeepholeLSTM` whose peepholes are 0 is an LSTM. A GRU whose W_nh is diagonal,
as with one unit, may reset before or after the product: r ⊙ (W_nh h) = W_nh (r ⊙ h).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np

from ..cell import Cell
from ..cells import GRU, LSTM


def twin(cell: Cell, framework: str, known: Collection[str]) -> Cell:
    """Return `cell`, or an LSTM or GRU that computes the same if the framework lacks its kind.

    Parameters
    ----------
    cell : Cell
    framework : "PyTorch", "Keras" or "ONNX"
    known : collection of str
        The kinds of cell that the framework has.

    Returns
    -------
    Cell
        `cell` itself if the framework has it, or if no other cell computes the same.

    Examples
    --------
    >>> from rnn_core.variants import CoupledLSTM
    >>> cell = CoupledLSTM(2, 3, rng=np.random.default_rng(0))
    >>> same = twin(cell, "PyTorch", ("RNN", "LSTM", "GRU"))
    >>> same, bool((same.params["W_fx"] == -cell.params["W_ix"]).all())
    (LSTM(2, 3), True)
    """
    p = cell.params
    if framework == "PyTorch" and resets_alike(cell):
        return _made(GRU, cell, p, reset="after")
    if cell.kind in known:
        return cell
    if cell.kind == "CoupledLSTM":
        forget = {"W_fx": -p["W_ix"], "W_fh": -p["W_ih"], "b_f": -p["b_i"]}
        return _made(LSTM, cell, {**p, **forget})
    if cell.kind == "PeepholeLSTM" and not any(p[f"p_{k}"].any() for k in "ifo"):
        return _made(LSTM, cell, p)
    return cell


def resets_alike(cell: Cell) -> bool:
    """Say whether a cell is a GRU in which r may act before or after the product.

    Examples
    --------
    >>> resets_alike(GRU(2, 1, rng=np.random.default_rng(0), reset="before"))
    True
    """
    if cell.kind != "GRU" or "b_nh" in cell.params:
        return False
    W = cell.params["W_nh"]
    return not (W - np.diag(np.diag(W))).any()


def _made(kind: type[Cell], cell: Cell, params: Mapping[str, np.ndarray], **options: Any) -> Cell:
    """Make a cell of `kind` and of the size of `cell` with copies of `params`."""
    rng = np.random.default_rng(0)  # every number it draws is overwritten
    made = kind(cell.input_size, cell.hidden_size, rng=rng, dtype=cell.dtype, **options)
    for name, value in made.params.items():
        value[...] = params[name]
    return made
