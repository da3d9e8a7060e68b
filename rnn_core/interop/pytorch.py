"""Weights to and from PyTorch: the `state_dict` of a torch.nn.RNN, LSTM or GRU.

PyTorch stacks the gates of a cell in one matrix (LSTM: i f g o; GRU: r z n), keeps two bias
vectors that it adds, resets after the matrix product, and lets the GRU's z weigh the old state.
A name ends with its layer, `l0` the lowest, and `_reverse` where the cell reads backwards.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from .. import checks
from ..cell import Cell, Layer
from ..cells import GRU, RNN
from ..layers import Stacked
from .blocks import (
    CELLS,
    KINDS,
    Blocks,
    alike,
    check_only,
    directions,
    from_blocks,
    joined,
    row_of,
    to_blocks,
)
from .conventions import OTHER_RESET, convention

NAMES = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")


def from_torch(state_dict: Mapping[str, Any], *, activation: str = "tanh") -> Layer:
    """Make a cell from the `state_dict()` of a torch.nn.RNN, LSTM or GRU.

    Parameters
    ----------
    state_dict : mapping of str to array or CPU tensor
        `weight_ih_l0`, `weight_hh_l0` and, if it has biases, `bias_ih_l0` and `bias_hh_l0`; more
        layers and `_reverse` as PyTorch names them.
    activation : "tanh" or "relu"
        Of a torch.nn.RNN, whose weights do not tell; leave it out for the others.

    Returns
    -------
    RNN, LSTM or GRU, a Bidirectional of two, or a Stacked of several layers
        In the dtype of the weights, with arrays of its own. A GRU has `recurrent_bias=True`.

    Raises
    ------
    TypeError, ValueError
        If names or shapes are not those of such a module, a number is not finite, or `activation`
        is given for an LSTM or a GRU.

    Examples
    --------
    >>> weights = {"weight_ih_l0": np.ones((9, 2)), "weight_hh_l0": np.ones((9, 3))}
    >>> from_torch(weights)
    GRU(2, 3, reset='after', recurrent_bias=True)
    >>> from_torch(weights | {f"{name}_reverse": value for name, value in weights.items()}).kind
    'Bidirectional'
    """
    checks.choice("activation", activation, ("tanh", "relu"))
    depth, suffixes = _read_names(state_dict)
    layers, width = [], None
    for at in range(depth):
        ends = [f"l{at}{suffix}" for suffix in suffixes]
        layer = joined([_cell(state_dict, end, width, activation) for end in ends])
        layers.append(layer)
        width = layer.hidden_size
    return layers[0] if depth == 1 else Stacked(layers)


def to_torch(cell: Layer) -> dict[str, np.ndarray]:
    """Return a cell's weights as a torch.nn module of the same kind names them.

    Load them with `module.load_state_dict({k: torch.from_numpy(v) for k, v in ….items()})`.
    The whole bias goes to `bias_ih_l0`, and `bias_hh_l0` is 0 but for b_nh of a GRU.

    Parameters
    ----------
    cell : RNN, LSTM, GRU or CoupledLSTM, a Bidirectional of two, or a Stacked of several layers
        A CoupledLSTM becomes an LSTM whose W_fx, W_fh and b_f are −W_ix, −W_ih and −b_i; a
        PeepholeLSTM whose peepholes are all 0 becomes an LSTM, and a GRU that resets before a
        diagonal W_nh, as with one unit, a GRU that resets after it. `from_torch` gives those back.

    Returns
    -------
    dict of ndarray

    Raises
    ------
    TypeError
        If `cell` is not a cell or several.
    ValueError
        If PyTorch has no such cell: another GRU that resets before the product, a logistic RNN,
        an LSTM with peepholes; or no such module: layers that are not of one kind and size.

    Examples
    --------
    >>> from rnn_core import LSTM
    >>> lstm = LSTM(2, 3, rng=np.random.default_rng(0))
    >>> to_torch(lstm)["weight_ih_l0"].shape
    (12, 2)
    """
    found = {}
    for at, pair in enumerate(_pairs(cell)):
        for one, suffix in zip(pair, ("", "_reverse"), strict=False):
            names, blocks = _names(f"l{at}{suffix}"), to_blocks(one, row_of("PyTorch", one))
            for name, part in zip(names, blocks, strict=True):
                found[name] = np.concatenate([*part])
    return found


def _pairs(cell: Layer) -> list[list[Cell]]:
    """Return the cells of each layer, one or both directions, if PyTorch has such a module."""
    layers = cell.layers if isinstance(cell, Stacked) else (cell,)
    pairs = [directions(one, "PyTorch") for one in layers]
    first, *_ = alike([one for pair in pairs for one in pair], "PyTorch")
    if len({len(pair) for pair in pairs}) > 1:
        raise ValueError(
            "layers must all read in one direction or all in both for PyTorch; "
            f"got {', '.join(one.kind for one in layers)}"
        )
    _check_variant(first)
    return pairs


def _check_variant(cell: Cell) -> None:
    if isinstance(cell, GRU) and cell.reset == "before":
        raise ValueError(
            "cell must be a GRU with reset='after', as PyTorch's is; got reset='before' with a "
            f"W_nh that is not diagonal: {OTHER_RESET}"
        )
    if isinstance(cell, RNN) and cell.activation not in ("tanh", "relu"):
        raise ValueError(
            f"cell must be an RNN with 'tanh' or 'relu' for PyTorch; got {cell.activation!r}"
        )


def _names(end: str) -> list[str]:
    return [name.replace("l0", end) for name in NAMES]


def _read_names(state_dict: Mapping[str, Any]) -> tuple[int, list[str]]:
    """Return how many layers there are, and the suffixes of their directions."""
    if not isinstance(state_dict, Mapping):
        raise TypeError(f"state_dict must be a mapping of names to arrays; got {state_dict!r:.60}")
    names = set(state_dict)
    depth = 1
    while f"weight_ih_l{depth}" in names:
        depth += 1
    suffixes = ["", "_reverse"] if "weight_ih_l0_reverse" in names else [""]
    each = [_names(f"l{at}{suffix}") for at in range(depth) for suffix in suffixes]
    known = [{name for four in each for name in four[:count]} for count in (4, 2)]
    if names not in known:
        raise ValueError(
            f"state_dict must have the names {', '.join(NAMES)} (or no biases) and the same for "
            "every layer and direction, at least one layer in one direction; "
            f"got {', '.join(sorted(map(str, names))) or 'none'}"
        )
    return depth, suffixes


def _cell(state_dict: Mapping[str, Any], end: str, width: int | None, activation: str) -> Cell:
    """Make the cell whose names end with `end` and which reads `width` numbers a step."""
    W, U, b, b_h = _read(state_dict, _names(end), width)
    H = U.shape[1]
    kind = KINDS[len(U) // H]
    check_only("activation", activation, "tanh", "RNN", kind)
    blocks = Blocks(*(part.reshape(-1, H, *part.shape[1:]) for part in (W, U, b, b_h)))
    options = {"RNN": {"activation": activation}, "GRU": {"recurrent_bias": True}}
    return from_blocks(CELLS[kind], blocks, convention("PyTorch", kind), **options.get(kind, {}))


def _read(state_dict: Mapping[str, Any], names: list[str], width: int | None) -> list[np.ndarray]:
    U, first = checks.numeric(names[1], state_dict[names[1]]), np.shape(state_dict[NAMES[1]])
    if U.ndim != 2 or 0 in U.shape or U.shape[0] not in {n * U.shape[1] for n in KINDS}:
        raise ValueError(
            f"{names[1]} must have shape (G·H, H) with G of 1, 3 or 4 gates; got {U.shape}"
        )
    if U.shape != first:
        raise ValueError(f"{names[1]} must have shape {first}, as the lowest; got {U.shape}")
    dtype, rows = checks.float_dtype(f"dtype of {names[1]}", U.dtype), U.shape[0]
    shapes = ((rows, width or "D"), U.shape, (rows,), (rows,))
    zeros = np.zeros(rows, dtype)
    return [
        checks.array(name, state_dict.get(name, zeros), shape, dtype)
        for name, shape in zip(names, shapes, strict=True)
    ]
