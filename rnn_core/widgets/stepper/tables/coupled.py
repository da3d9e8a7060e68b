"""The LSTM whose forget gate is what the input gate leaves."""

from __future__ import annotations

from ..program import Op, gate
from . import lstm
from .parts import Edge, Label, Line, Node, but

OPS = (
    *lstm.BEFORE,
    *gate("i", "logistic"),
    Op("f", "rest", ("i",), "f"),
    *gate("g", "tanh"),
    *gate("o", "logistic"),
    *lstm.CELL,
    *lstm.HIDDEN,
)
REST = Line("f_t", ("1 − i_t", "1 − {i}", "{f}"))
EDGES = (
    *but(lstm.EDGES, ">f f"),
    Edge(
        "i", "i", False, ((368, 188), (222, 188), (222, 130)), ((155, 158), (118, 158), (118, 108))
    ),
    Edge("f", "f", False, ((222, 130), (222, 66)), ((118, 108), (118, 56))),
)
LABELS = (
    *lstm.LABELS,
    Label("f", "f", "f = 1 − i", (200, 122, "end"), (98, 108, "end")),
)
TABLE = lstm.TABLE._replace(
    ops=OPS,
    nodes=(
        *but(lstm.NODES, "f"),
        Node("rest", "op", "f", "1−", "f_t = 1 − i_t", (222, 130), (118, 108)),
    ),
    edges=EDGES,
    labels=LABELS,
    lines=(REST, *lstm.TABLE.lines),
)
