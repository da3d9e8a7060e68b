"""The LSTM: what it computes, what stands where, and what flows from where to where."""

from __future__ import annotations

from ..program import Op, gate
from .parts import Edge, Label, Line, Node, Table

BEFORE = (Op("c0", "before", ("c",), "c"), Op("h0", "before", ("h",), "h"))
CELL = (
    Op("fc", "mul", ("f", "c0"), "c"),
    Op("ig", "mul", ("i", "g"), "c"),
    Op("c", "add", ("fc", "ig"), "c"),
)
HIDDEN = (Op("tc", "tanh", ("c",), "c"), Op("h", "mul", ("o", "tc"), "h"))
IFG = (*gate("i", "logistic"), *gate("f", "logistic"), *gate("g", "tanh"))
OPS = (*BEFORE, *IFG, *gate("o", "logistic"), *CELL, *HIDDEN)

CELL_LINE = Line(
    "c_t",
    ("f_t · c_t−1 + i_t · g_t", "{f} × {(c0)} + {(i)} × {(g)}", "{fc} + {(ig)}", "{c}"),
)
HIDDEN_LINE = Line("h_t", ("o_t · tanh(c_t)", "{o} × tanh({c})", "{o} × {(tc)}", "{h}"))

NODES = (
    Node("c0", "state", "c", "t−1", "the cell state before this step", (62, 66), (46, 56)),
    Node("c", "state", "c", "t", "c_t = f_t · c_{t−1} + i_t · g_t", (566, 66), (290, 56)),
    Node("h", "state", "h", "t", "h_t = o_t · tanh(c_t)", (780, 184), (226, 374)),
    Node("h0", "all", "h", "t−1", "the hidden state of all units", (62, 254), (62, 430)),
    Node("x", "state", "x", "t", "the character that is read", (62, 326), (62, 368)),
    Node(
        "f", "gate", "f", "forget", "f_t = σ(W_fx x_t + W_fh h_{t−1} + b_f)", (222, 254), (53, 208)
    ),
    Node(
        "i", "gate", "i", "input", "i_t = σ(W_ix x_t + W_ih h_{t−1} + b_i)", (368, 254), (155, 208)
    ),
    Node(
        "g",
        "gate",
        "g",
        "candidate",
        "g_t = tanh(W_gx x_t + W_gh h_{t−1} + b_g)",
        (500, 254),
        (257, 208),
    ),
    Node(
        "o", "gate", "o", "output", "o_t = σ(W_ox x_t + W_oh h_{t−1} + b_o)", (632, 254), (119, 303)
    ),
    Node("keep", "op", "c", "×", "f_t · c_{t−1}", (222, 66), (118, 56)),
    Node("write", "op", "c", "×", "i_t · g_t", (434, 154), (206, 136)),
    Node("sum", "op", "c", "+", "f_t · c_{t−1} + i_t · g_t", (434, 66), (206, 56)),
    Node("show", "op", "h", "×", "o_t · tanh(c_t)", (690, 184), (226, 303)),
    Node("tanh", "call", "c", "tanh", "tanh(c_t)", (690, 126), (310, 303)),
)

TO_TANH = Edge("c", "c", False, ((690, 66), (690, 110)), ((322, 83), (322, 287)))
EDGES = (
    Edge(">h", "x", False, ((114, 254), (140, 254), (140, 326)), ((20, 430), (10, 430), (10, 368))),
    Edge(">x", "x", False, ((114, 326), (140, 326)), ((20, 368), (10, 368), (10, 303))),
    Edge(
        ">f",
        "x",
        True,
        ((140, 326), (222, 326), (222, 286)),
        ((10, 303), (10, 258), (53, 258), (53, 239)),
    ),
    Edge(
        ">i",
        "x",
        True,
        ((140, 326), (368, 326), (368, 286)),
        ((10, 303), (10, 258), (155, 258), (155, 239)),
    ),
    Edge(
        ">g",
        "x",
        True,
        ((140, 326), (500, 326), (500, 286)),
        ((10, 303), (10, 258), (257, 258), (257, 239)),
    ),
    Edge(">o", "x", True, ((140, 326), (632, 326), (632, 286)), ((10, 303), (69, 303))),
    Edge("c0", "c", False, ((114, 66), (222, 66)), ((88, 56), (118, 56))),
    Edge("fc", "c", False, ((222, 66), (434, 66)), ((118, 56), (206, 56))),
    Edge("ig", "c", False, ((434, 154), (434, 66)), ((206, 136), (206, 56))),
    Edge("c", "c", False, ((434, 66), (514, 66)), ((206, 56), (248, 56))),
    Edge("c", "c", True, ((618, 66), (832, 66)), ((332, 56), (340, 56))),
    TO_TANH,
    Edge("tc", "c", False, ((690, 142), (690, 184)), ((282, 303), (226, 303))),
    Edge(
        "f",
        "f",
        False,
        ((222, 222), (222, 66)),
        ((53, 177), (53, 116), (118, 116), (118, 56)),
    ),
    Edge(
        "i", "i", False, ((368, 222), (368, 154), (434, 154)), ((155, 177), (155, 136), (206, 136))
    ),
    Edge(
        "g", "g", False, ((500, 222), (500, 154), (434, 154)), ((257, 177), (257, 136), (206, 136))
    ),
    Edge("o", "o", False, ((632, 222), (632, 184), (690, 184)), ((168, 303), (226, 303))),
    Edge("h", "h", False, ((690, 184), (728, 184)), ((226, 303), (226, 347))),
)

LABELS = (
    Label("fc", "c", "kept", (328, 34, "middle"), (162, 20, "middle")),
    Label("ig", "c", "added", (446, 104, "start"), (216, 98, "start")),
    Label("tc", "c", "tanh(c)", (654, 121, "end"), (262, 326, "middle")),
)

ALOUD = "keeps {fc} and adds {ig}"
LARGE = ("c", "c0", "fc", "ig")
TABLE = Table("chifgo", OPS, NODES, EDGES, LABELS, (CELL_LINE, HIDDEN_LINE), ALOUD, LARGE)
