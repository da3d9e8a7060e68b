"""Weights to and from the ONNX operators RNN, LSTM and GRU, as a plain dict for each operator.

The dict has `op_type`, `attributes`, and the inputs `W`, `R`, `B` and `P` by name. Gates come in
the order i o f c (LSTM, whose c is the candidate g) or z r h (GRU, whose h is the candidate n), z
weighs the old state, and the first axis counts the directions. B holds two biases, one behind
the other. Peepholes P are in the order i o f; i and f see the old cell state and o the new one.
Source: the operators' definitions, https://onnx.ai/onnx/operators/.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from .. import checks
from ..cell import Cell, Layer
from ..cells import GRU, LSTM, RNN
from ..layers import Bidirectional
from ..variants import CoupledLSTM, PeepholeLSTM
from .blocks import CELLS, Blocks, directions, from_blocks, joined, row_of, to_blocks
from .conventions import Convention, convention
from .onnx_attributes import ACTIVATIONS, AFFINE, read_attributes

LSTMS = ("PeepholeLSTM", "CoupledLSTM")


def to_onnx(cell: Layer) -> dict[str, Any]:
    """Return a cell as an ONNX operator: its type, attributes and weights.

    An identity RNN gets the activation Affine, 1·a + 0. A CoupledLSTM gets `input_forget=1`, and
    0 for the weights of f, which the operator does not read then.

    Parameters
    ----------
    cell : RNN, LSTM, GRU, PeepholeLSTM or CoupledLSTM, or a Bidirectional of two
        Of a Stacked, convert the layers one by one: each is an operator.

    Returns
    -------
    dict
        `op_type`, a str; `attributes`, a dict; and the arrays `W` (directions, G·H, D), `R`
        (directions, G·H, H), `B` (directions, 2·G·H) and, of a PeepholeLSTM, `P`
        (directions, 3·H).

    Raises
    ------
    TypeError
        If `cell` is not a cell.
    ValueError
        If ONNX has no operator for it.

    Examples
    --------
    >>> gru = GRU(2, 3, rng=np.random.default_rng(0), reset="before")
    >>> operator = to_onnx(gru)
    >>> operator["op_type"], operator["attributes"]
    ('GRU', {'hidden_size': 3, 'linear_before_reset': 0})
    """
    cells = directions(cell, "ONNX", LSTMS)
    row = row_of("ONNX", cells[0])
    blocks = [to_blocks(one, row) for one in cells]
    operator: dict[str, Any] = {
        "op_type": row.cell,
        "attributes": {"hidden_size": cells[0].hidden_size, **_attributes(cells)},
        "W": np.stack([np.concatenate([*W]) for W, *_ in blocks]),
        "R": np.stack([np.concatenate([*U]) for _, U, *_ in blocks]),
        "B": np.stack([np.concatenate([*b, *b_h]) for *_, b, b_h in blocks]),
    }
    if cells[0].kind == "PeepholeLSTM":
        rows = [np.concatenate([one.params[f"p_{k}"] for k in row.peepholes]) for one in cells]
        operator["P"] = np.stack(rows)
    return operator


def from_onnx(operator: Mapping[str, Any]) -> Cell | Bidirectional:
    """Make a cell from an ONNX operator RNN, LSTM or GRU.

    Parameters
    ----------
    operator : mapping
        `op_type`, `W`, `R` and, if there are any, `attributes`, `B` and `P`, as `to_onnx` gives
        them. `layout` may be 0 or 1: it concerns inputs and outputs, not weights.

    Returns
    -------
    RNN, LSTM, GRU, PeepholeLSTM or CoupledLSTM, or a Bidirectional of two
        In the dtype of the weights, with arrays of its own. A GRU that resets after the product
        has `recurrent_bias=True`.

    Raises
    ------
    TypeError, ValueError
        If a name, a shape or an attribute is not one of the operator, or rnn_core has no such
        cell: a clipped one, other activations, peepholes with coupled gates.

    Examples
    --------
    >>> operator = {"op_type": "RNN", "W": np.ones((1, 3, 2)), "R": np.ones((1, 3, 3))}
    >>> from_onnx(operator | {"attributes": {"activations": ["Relu"]}})
    RNN(2, 3, activation='relu')
    """
    op_type = _op_type(operator)
    attributes = read_attributes(op_type, operator.get("attributes", {}))
    resets = {"GRU": "after" if attributes.get("linear_before_reset") else "before"}
    row = convention("ONNX", op_type, resets.get(op_type, ""))
    W, R, B, P = _arrays(operator, row, attributes)
    if P is not None and attributes.get("input_forget"):
        raise ValueError("P must be left out with input_forget=1: rnn_core has no cell with both")
    H = R.shape[2]
    cells = []
    for at, (w, r, b) in enumerate(zip(W, R, B, strict=True)):
        blocks = Blocks(w.reshape(-1, H, w.shape[1]), r.reshape(-1, H, H), *b.reshape(2, -1, H))
        cells.append(_cell(blocks, row, attributes, at, P))
    return joined(cells)


def _cell(
    blocks: Blocks, row: Convention, attributes: dict[str, Any], at: int, P: np.ndarray | None
) -> Cell:
    """Make the cell of direction `at`."""
    if row.cell == "RNN":
        return from_blocks(RNN, blocks, row, activation=attributes["names"][at])
    if row.cell == "GRU":
        after = row.reset == "after"
        return from_blocks(GRU, blocks, row, reset=row.reset, recurrent_bias=after)
    if P is None:
        return from_blocks(CoupledLSTM if attributes.get("input_forget") else LSTM, blocks, row)
    cell = from_blocks(PeepholeLSTM, blocks, row)
    for k, p in zip(row.peepholes, P[at].reshape(3, -1), strict=True):
        cell.params[f"p_{k}"][...] = p
    return cell


def _attributes(cells: list[Cell]) -> dict[str, Any]:
    first, found = cells[0], {}
    if isinstance(first, RNN):
        words = [getattr(cell, "activation", "") for cell in cells]
        found["activations"] = [ACTIVATIONS[word] for word in words]
        if "identity" in words:  # onnxruntime would have 0·a without
            found |= {name: value * len(cells) for name, value in AFFINE.items()}
    if isinstance(first, GRU):
        found["linear_before_reset"] = int(first.reset == "after")
    if isinstance(first, CoupledLSTM):
        found["input_forget"] = 1
    return found | ({"direction": "bidirectional"} if len(cells) == 2 else {})


def _op_type(operator: Mapping[str, Any]) -> str:
    if not isinstance(operator, Mapping):
        raise TypeError(f"operator must be a mapping of names to arrays; got {operator!r:.60}")
    op_type = checks.choice("operator['op_type']", operator.get("op_type"), tuple(CELLS))
    names = ["op_type", "attributes", "W", "R", "B", *("P" if op_type == "LSTM" else "")]
    if not {"W", "R"} <= set(operator) <= {*names}:
        raise ValueError(
            f"operator must have W and R, and only names among {', '.join(names)}; "
            f"got {', '.join(sorted(map(str, operator)))}"
        )
    return op_type


def _arrays(operator: Mapping[str, Any], row: Convention, attributes: dict[str, Any]) -> tuple:
    """Return W, R, B and P, or None for P, checked; the size comes from R."""
    R, ways, G = checks.numeric("R", operator["R"]), attributes["directions"], len(row.gates)
    if R.ndim != 3 or 0 in R.shape or R.shape[:2] != (ways, G * R.shape[2]):
        raise ValueError(
            f"R must have shape ({ways}, {G}·H, H) in the {row.cell} of ONNX; got {R.shape}"
        )
    H, dtype = R.shape[2], checks.float_dtype("dtype of R", R.dtype)
    if attributes.get("hidden_size", H) != H:
        raise ValueError(f"hidden_size must be {H}, as R has; got {attributes['hidden_size']!r}")
    R = checks.array("R", R, R.shape, dtype)
    W = checks.array("W", operator["W"], (ways, G * H, "D"), dtype)
    shape = (ways, 2 * G * H)
    B = checks.array("B", operator.get("B", np.zeros(shape, dtype)), shape, dtype)
    P = operator.get("P")
    return W, R, B, None if P is None else checks.array("P", P, (ways, 3 * H), dtype)
