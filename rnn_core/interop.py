"""Weights to and from PyTorch, as plain dicts of arrays. PyTorch itself is not imported.

PyTorch stacks the gates of a cell in one matrix (LSTM: i f g o; GRU: r z n), keeps two bias
vectors that it adds, resets after the matrix product, and lets the GRU's z weigh the old state:
its z is 1 − z here. As 1 − σ(a) = σ(−a), the rows of z change sign on the way.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from . import checks
from .cells import GRU, LSTM, RNN, Cell

NAMES = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")
ROWS = {1: RNN, 3: GRU, 4: LSTM}


def from_torch(state_dict: Mapping[str, Any], *, activation: str = "tanh") -> Cell:
    """Make a cell from the `state_dict()` of a one-layer torch.nn.RNN, LSTM or GRU.

    Parameters
    ----------
    state_dict : mapping of str to array or CPU tensor
        `weight_ih_l0`, `weight_hh_l0` and, if it has biases, `bias_ih_l0` and `bias_hh_l0`.
    activation : "tanh" or "relu"
        Of a torch.nn.RNN, whose weights do not tell.

    Returns
    -------
    RNN, LSTM or GRU
        In the dtype of the weights, with arrays of its own. A GRU has `recurrent_bias=True`.

    Raises
    ------
    TypeError, ValueError
        If names or shapes are not those of one layer in one direction, or a number is not finite.
    """
    checks.choice("activation", activation, ("tanh", "relu"))
    W, U, b, b_h = _read(state_dict)
    kind = ROWS[W.shape[0] // U.shape[1]]
    options: dict[str, Any] = {"rng": np.random.default_rng(0), "dtype": W.dtype}
    if kind is RNN:
        options["activation"] = activation
    if kind is GRU:
        options["recurrent_bias"] = True
    cell = kind(W.shape[1], U.shape[1], **options)
    for at, k in enumerate(cell.letters):
        rows = slice(at * cell.hidden_size, (at + 1) * cell.hidden_size)
        sign = _sign(cell, k)
        cell.params[f"W_{k}x"][...] = sign * W[rows]
        cell.params[f"W_{k}h"][...] = sign * U[rows]
        if (kind, k) == (GRU, "n"):
            cell.params["b_n"][...], cell.params["b_nh"][...] = b[rows], b_h[rows]
        else:
            cell.params[f"b_{k}"][...] = sign * (b[rows] + b_h[rows])
    return cell


def to_torch(cell: Cell) -> dict[str, np.ndarray]:
    """Return a cell's weights as a one-layer torch.nn module of the same kind names them.

    Load them with `module.load_state_dict({k: torch.from_numpy(v) for k, v in ….items()})`.
    The whole bias goes to `bias_ih_l0`, and `bias_hh_l0` is 0 but for b_nh of a GRU.

    Parameters
    ----------
    cell : RNN, LSTM or GRU

    Returns
    -------
    dict of ndarray

    Raises
    ------
    TypeError
        If `cell` is not a cell.
    ValueError
        If PyTorch has no such cell: a GRU that resets before the product, a logistic RNN.
    """
    if not isinstance(cell, Cell):
        raise TypeError(f"cell must be an RNN, LSTM or GRU; got {cell!r:.60}")
    if isinstance(cell, GRU) and cell.reset == "before":
        raise ValueError(
            "cell must be a GRU with reset='after', as PyTorch's is; got reset='before', "
            "a different function that no change of weights turns into the other"
        )
    if isinstance(cell, RNN) and cell.activation == "logistic":
        raise ValueError("cell must be an RNN with 'tanh' or 'relu' for PyTorch; got 'logistic'")
    p, k_list = cell.params, cell.letters
    hidden = {k: p.get(f"b_{k}h", np.zeros_like(p[f"b_{k}"])) for k in k_list}
    blocks = (
        [_sign(cell, k) * p[f"W_{k}x"] for k in k_list],
        [_sign(cell, k) * p[f"W_{k}h"] for k in k_list],
        [_sign(cell, k) * p[f"b_{k}"] for k in k_list],
        list(hidden.values()),
    )
    return {name: np.concatenate(block) for name, block in zip(NAMES, blocks, strict=True)}


def _sign(cell: Cell, letter: str) -> int:
    return -1 if isinstance(cell, GRU) and letter == "z" else 1


def _read(state_dict: Mapping[str, Any]) -> list[np.ndarray]:
    if not isinstance(state_dict, Mapping):
        raise TypeError(f"state_dict must be a mapping of names to arrays; got {state_dict!r:.60}")
    names = set(state_dict)
    if names not in ({*NAMES}, {*NAMES[:2]}):
        raise ValueError(
            f"state_dict must have the names {', '.join(NAMES)} (or no biases), one layer in one "
            f"direction; got {', '.join(sorted(map(str, names))) or 'none'}"
        )
    U = checks.numeric(NAMES[1], state_dict[NAMES[1]])
    if U.ndim != 2 or 0 in U.shape or U.shape[0] not in {n * U.shape[1] for n in ROWS}:
        raise ValueError(
            f"{NAMES[1]} must have shape (G·H, H) with G of 1, 3 or 4 gates; got {U.shape}"
        )
    dtype, rows = checks.float_dtype(f"dtype of {NAMES[1]}", U.dtype), U.shape[0]
    shapes = ((rows, "D"), U.shape, (rows,), (rows,))
    zeros = np.zeros(rows, dtype)
    return [
        checks.array(name, state_dict.get(name, zeros), shape, dtype)
        for name, shape in zip(NAMES, shapes, strict=True)
    ]
