"""The LSTM before the forget gate: what is there stays there."""

from __future__ import annotations

from ..program import Op, gate
from . import lstm
from .parts import Edge, Line, Table, but

OPS = (
    *lstm.BEFORE,
    *gate("i", "logistic"),
    *gate("g", "tanh"),
    *gate("o", "logistic"),
    Op("ig", "mul", ("i", "g"), "c"),
    Op("c", "add", ("c0", "ig"), "c"),
    *lstm.HIDDEN,
)
LINE = Line("c_t", ("c_t−1 + i_t · g_t", "{c0} + {(i)} × {(g)}", "{c0} + {(ig)}", "{c}"))
ALL_STAYS = Edge("c0", "c", False, ((114, 66), (434, 66)), ((88, 56), (206, 56)))

TABLE = Table(
    "chigo",
    OPS,
    tuple(
        node._replace(formula="c_t = c_{t−1} + i_t · g_t") if node.key in ("c", "sum") else node
        for node in but(lstm.NODES, "f keep")
    ),
    (*but(lstm.EDGES, "f >f c0 fc"), ALL_STAYS),
    but(lstm.LABELS, "fc"),
    (LINE, lstm.HIDDEN_LINE),
    "keeps {c0} and adds {ig}",
    ("c", "c0", "ig"),
)
