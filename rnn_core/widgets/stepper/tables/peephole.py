"""The LSTM whose gates see the cell state of their own unit."""

from __future__ import annotations

from ..program import Op, gate
from . import lower, lstm
from .parts import Edge, Line, Node


def peephole(k: str, state: str) -> tuple[Op, Op]:
    """Return the weight of gate `k`'s peephole, and what comes through it."""
    return (
        Op("p" + k, "unit", (), "c", True, f"p_{k}"),
        Op("c" + k, "mul", ("p" + k, state), "c", True),
    )


OPS = (
    *lstm.BEFORE,
    *gate("i", "logistic", *peephole("i", "c0")),
    *gate("f", "logistic", *peephole("f", "c0")),
    *gate("g", "tanh"),
    *lstm.CELL,
    *gate("o", "logistic", *peephole("o", "c")),
    *lstm.HIDDEN,
)
LINES = (
    Line("p_i · c_t−1", ("{pi} × {(c0)}", "{ci}"), True),
    Line("p_f · c_t−1", ("{pf} × {(c0)}", "{cf}"), True),
    lstm.CELL_LINE,
    Line("p_o · c_t", ("{po} × {(c)}", "{co}"), True),
    lstm.HIDDEN_LINE,
)
SEEN = {"f": "c_{t−1}", "i": "c_{t−1}", "o": "c_t"}
PEEPHOLES = (
    Edge(">pf", "c", True, ((150, 66), (150, 204), (190, 204), (190, 222)), ((30, 83), (30, 177))),
    Edge(
        ">pi",
        "c",
        True,
        ((150, 66), (150, 204), (336, 204), (336, 222)),
        ((30, 83), (30, 152), (128, 152), (128, 177)),
    ),
    lower.TO_OUTPUT,
)


def _seen(node: Node) -> Node:
    if node.key not in SEEN:
        return node
    peephole = f" + p_{node.key} · {SEEN[node.key]} + b_"
    return node._replace(formula=node.formula.replace(" + b_", peephole))


TABLE = lstm.TABLE._replace(
    ops=OPS,
    nodes=tuple(map(_seen, lower.NODES)),
    edges=(*lower.EDGES, *PEEPHOLES),
    labels=lower.LABELS,
    lines=LINES,
    heights=lower.HEIGHTS,
)
