"""A cell's weights as blocks, gate after gate, in the order and with the signs of a convention.

Between a cell, whose parameters have a name for each gate, and a framework's arrays stand these
blocks. z of PyTorch, Keras and ONNX weighs the old state, so theirs is 1 − z here; and as
1 − σ(a) = σ(−a), the block of z changes its sign on the way, there and back.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from ..cell import Cell, Layer
from ..cells import GRU, LSTM, RNN
from ..layers import Bidirectional
from .conventions import Convention, convention
from .twins import twin

CELLS: dict[str, type[Cell]] = {"RNN": RNN, "LSTM": LSTM, "GRU": GRU}
KINDS = {1: "RNN", 3: "GRU", 4: "LSTM"}  # by how many gates there are
WHY_NOT = {  # a cell that a framework may not have → what its own lacks or has too much
    "LSTM1997": "its forget gate is 1, which σ gives for no finite bias; in an LSTM with W_fx and "
    "W_fh of 0 and b_f of 40 it rounds to 1",
    "PeepholeLSTM": "its peepholes are not all 0, and the LSTM of {0} has none",
    "OutlineLSTM": "its output gate sees the cell state through a matrix, and no gate of the LSTM "
    "of {0} does",
    "MinGRU": "its candidate passes no tanh, and that of a GRU of {0} with its default activations "
    "does",
    "LRU": "its state is complex and linear, and {0} has no such layer",
    "Stacked": "convert its layers one by one",
}


class Blocks(NamedTuple):
    """The weights of a cell, one block a gate."""

    W: np.ndarray  # (G, H, D)
    U: np.ndarray  # (G, H, H)
    b: np.ndarray  # (G, H)
    b_h: np.ndarray  # (G, H), added to b, but multiplied by r in n of a GRU that resets after


def to_blocks(cell: Cell, row: Convention) -> Blocks:
    """Return copies of a cell's weights as `row` orders and signs them; missing ones are 0."""
    p, H = cell.params, cell.hidden_size

    def stack(name: str, *shape: int) -> np.ndarray:
        zeros = np.zeros(shape, cell.dtype)
        signed = [_sign(row, k) * p.get(name.format(k), zeros) for k in row.gates]
        return np.stack(signed) + 0.0  # no −0 where a bias is 0

    W, U = stack("W_{}x", H, cell.input_size), stack("W_{}h", H, H)
    return Blocks(W, U, stack("b_{}", H), stack("b_{}h", H))


def from_blocks(kind: type[Cell], blocks: Blocks, row: Convention, **options: Any) -> Cell:
    """Make a cell of `kind` from weights that `row` orders and signs; it copies them."""
    _, H, D = blocks.W.shape
    rng = np.random.default_rng(0)  # every number it draws is overwritten
    cell = kind(D, H, rng=rng, dtype=blocks.W.dtype, **options)
    for k, W, U, b, b_h in zip(row.gates, *blocks, strict=True):
        apart = f"b_{k}h" in cell.params
        found = {f"W_{k}x": W, f"W_{k}h": U, f"b_{k}": b if apart else b + b_h, f"b_{k}h": b_h}
        for name in found.keys() & cell.params.keys():
            cell.params[name][...] = _sign(row, k) * found[name]
    return cell


def row_of(framework: str, cell: Cell) -> Convention:
    """Return the convention by which a framework arranges such a cell."""
    kind = cell.kind if cell.kind in CELLS else "LSTM"
    return convention(framework, kind, cell.reset if isinstance(cell, GRU) else "")


def directions(layer: Any, framework: str, more: Sequence[str] = ()) -> list[Cell]:
    """Return the cell, or both of a Bidirectional, as cells that the framework has."""
    if not isinstance(layer, Layer):
        raise TypeError(f"cell must be an RNN, LSTM or GRU; got {layer!r:.60}")
    cells = [*layer.parts.values()] if isinstance(layer, Bidirectional) else [layer]
    known = (*CELLS, *more)
    cells = [twin(cell, framework, known) if isinstance(cell, Cell) else cell for cell in cells]
    for cell in cells:
        if cell.kind not in known:
            names = ", ".join(dict.fromkeys((*known, "CoupledLSTM")))
            why = WHY_NOT.get(cell.kind, "nothing is known of it").format(framework)
            raise ValueError(f"cell must be one of {names} for {framework}; got {cell.kind}: {why}")
    return alike([cell for cell in cells if isinstance(cell, Cell)], framework)


def alike(cells: list[Cell], framework: str) -> list[Cell]:
    """Return `cells` if they are of one kind, one size and one variant."""
    names = ["reset"] if framework == "ONNX" else ["reset", "activation"]  # ONNX: one each way
    found = [(c.kind, c.hidden_size, *(getattr(c, name, "") for name in names)) for c in cells]
    if len(set(found)) > 1:
        raise ValueError(
            f"cells must be of one kind, hidden_size and variant in a layer of {framework}; "
            f"got {', '.join(map(repr, cells))}"
        )
    return cells


def joined(cells: Sequence[Cell]) -> Cell | Bidirectional:
    """Return the only cell, or both as a Bidirectional."""
    return cells[0] if len(cells) == 1 else Bidirectional(*cells)


def check_only(name: str, given: str, default: str, owner: str, kind: str) -> None:
    """Raise ValueError if an option of cells of kind `owner` is given for one of another kind."""
    if kind != owner and given != default:
        raise ValueError(
            f"{name} must be left at {default!r} for weights of kind {kind}, as it is an option of "
            f"{owner} alone; got {given!r}"
        )


def _sign(row: Convention, gate: str) -> int:
    return -1 if gate == "z" and row.z_weighs == "old" else 1
