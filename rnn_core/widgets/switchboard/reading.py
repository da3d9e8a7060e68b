"""One cell's weights, written by one convention and read by another as if it were the same.

What is turned to fit is the layout alone: rows or columns, the axis of directions, a missing
second bias. The blocks of the gates are read in the order in which they come, and z as it is.
"""

from __future__ import annotations

from typing import Any, NoReturn

import numpy as np

from rnn_core import GRU, interop
from rnn_core.cell import Cell
from rnn_core.interop import Convention
from rnn_core.interop.blocks import CELLS, WHY_NOT, directions, from_blocks, to_blocks
from rnn_core.interop.conventions import CONVENTIONS
from rnn_core.variants import OutlineLSTM


def rows_of(kind: str) -> dict[str, Convention]:
    """Return the conventions of a kind of cell, by framework and option."""
    found = (row for row in CONVENTIONS if row.cell == kind)
    return {key(row): row for row in found}


def key(row: Convention) -> str:
    """Return a convention's framework and option, by which it is known."""
    return f"{row.framework} {row.option}".strip()


def is_outline(row: Convention) -> bool:
    """Say whether a convention is that of the outline's own LSTM."""
    return row.option == "OutlineLSTM"


def random_cell(row: Convention, rng: np.random.Generator, inputs: int, units: int) -> Cell:
    """Return a cell of the function that a convention writes down, all its biases random."""
    if is_outline(row):
        cell: Cell = OutlineLSTM(inputs, units, rng=rng, hidden="o tanh c")
    else:
        cell = CELLS[row.cell](
            inputs, units, rng=rng, **({"reset": row.reset} if row.reset else {})
        )
    for name, value in cell.params.items():
        if name.startswith("b_"):
            value += rng.normal(0, 0.5, value.shape)
    return cell


def with_reset(cell: Cell, row: Convention) -> Cell:
    """Return the cell, a GRU with the reset of `row` and the same weights."""
    if not isinstance(cell, GRU):
        return cell
    own = interop.convention("rnn_core", "GRU")
    second = cell.recurrent_bias and row.reset == "after"
    blocks = to_blocks(cell, own)
    return from_blocks(GRU, blocks, own, reset=row.reset, recurrent_bias=second)


def read_as(cell: Cell, written: Convention, read: Convention) -> Cell:
    """Return the cell that reads, as `read` arranges them, the weights that `written` arranged.

    Raises
    ------
    ValueError
        If they do not fit, in the words of `interop`.
    """
    if written == read:
        return cell
    if is_outline(written):
        directions(cell, read.framework)  # which refuses it, and says why
    if is_outline(read):
        why = WHY_NOT["OutlineLSTM"].format(written.framework)
        raise ValueError(f"cell must be an OutlineLSTM; got LSTM: {why}")
    blocks = to_blocks(cell, written)
    if isinstance(cell, GRU):
        two = written.biases == 2 or cell.recurrent_bias
        if two and read.biases == 1 and read.reset == "before" != written.reset:
            _refuse_two_biases(cell, read)
        options = {"reset": read.reset, "recurrent_bias": read.reset == "after"}
    else:
        options = {}
    return from_blocks(CELLS[written.cell], blocks, read, **options)


def _refuse_two_biases(cell: Cell, read: Convention) -> NoReturn:
    """Give two biases to a GRU that has one; it says why not."""
    if read.framework != "Keras":
        size, rng = (cell.input_size, cell.hidden_size), np.random.default_rng(0)
        GRU(*size, rng=rng, reset=read.reset, recurrent_bias=True)
    kernel, recurrent, bias = interop.to_keras(with_reset(cell, interop.convention("Keras", "GRU")))
    interop.from_keras([kernel, recurrent, bias], kind="GRU", reset=read.reset)
    raise AssertionError(f"{key(read)} has one bias, and took two")


def refusal(cell: Cell, read: Convention) -> str:
    """Return why PyTorch, which has one kind of GRU, has no such cell; "" if it has."""
    try:
        if read.framework == "PyTorch":
            interop.to_torch(cell)
    except ValueError as error:
        return str(error)
    return ""


def marks(written: Convention, read: Convention) -> list[str]:
    """Return what becomes of each block: "=", "≠", or if z or r only acts otherwise, how."""
    other = {}
    if written.z_weighs != read.z_weighs:
        other["z"] = "1 − z"
    if written.reset != read.reset:
        other["r"] = "moved"
    pairs = zip(written.gates, read.gates, strict=True)
    return [other.get(a, "=") if a == b else "≠" for a, b in pairs]


def hidden(cell: Cell, xs: np.ndarray) -> np.ndarray:
    """Return the hidden states (T, H) over one sequence (T, D)."""
    trace: Any = cell.forward(xs[:, None])
    return trace.h[:, 0]
