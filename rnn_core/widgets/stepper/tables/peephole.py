"""The LSTM whose gates see the cell state of their own unit."""

from __future__ import annotations

from ..program import Op, gate
from . import lstm
from .parts import Edge, Label, Line, Node, but


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
    Edge(
        ">po",
        "c",
        True,
        ((592, 95), (592, 222)),
        ((322, 83), (322, 271), (140, 271), (140, 286)),
    ),
)


def _lower(node: Node) -> Node:
    """Make room for the peephole of o in the tall drawing."""
    x, y = node.tall
    formula = node.formula
    if node.key in SEEN:
        formula = formula.replace(" + b_", f" + p_{node.key} · {SEEN[node.key]} + b_")
    moved = node.key in ("o", "show", "tanh", "h")
    return node._replace(tall=(x, y + 14 if moved else y), formula=formula)


def _lowered(edge: Edge) -> Edge:
    tall = tuple((x, y + 14 if y in (287, 303, 347) and x > 60 else y) for x, y in edge.tall)
    if edge.key == ">o":
        tall = ((10, 317), (69, 317))
    return edge._replace(tall=tall)


LABELS = (
    *but(lstm.LABELS, "tc"),
    Label("tc", "c", "tanh(c)", (654, 121, "end"), (262, 340, "middle")),
)
TABLE = lstm.TABLE._replace(
    ops=OPS,
    nodes=tuple(map(_lower, lstm.NODES)),
    edges=(*map(_lowered, lstm.EDGES), *PEEPHOLES),
    labels=LABELS,
    lines=LINES,
)
