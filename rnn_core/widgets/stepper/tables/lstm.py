"""The LSTM cell as a data table: what stands where, and what flows from where to where.

Every entry has its place in two layouts, wide (840 × 364) and tall (340 × 460) for a phone; one
function in diagram.py draws either.
"""

from __future__ import annotations

from typing import NamedTuple

Point = tuple[float, float]


class Node(NamedTuple):
    """A thing of the diagram.

    Attributes
    ----------
    key : str
        The key of its number; of an operation, its name.
    kind : str
        "state", "gate", "op" (a circle) or "call" (a function).
    letter : str
        Whose colour, dash and marker it wears.
    label : str
        What is written on it: the subscript of a state, the name of a gate, the sign of an
        operation.
    formula : str
        What it computes.
    wide, tall : Point
        Its centre in either layout.
    """

    key: str
    kind: str
    letter: str
    label: str
    formula: str
    wide: Point
    tall: Point


class Edge(NamedTuple):
    """A flow: the key of the number that sets its width ("" for a plain line), whose colour it
    wears, whether it ends in an arrow, and its corners in either layout."""

    key: str
    letter: str
    arrow: bool
    wide: tuple[Point, ...]
    tall: tuple[Point, ...]


class Label(NamedTuple):
    """A word and, under it, the number of what flows there; `anchor` as in SVG."""

    key: str
    letter: str
    word: str
    wide: tuple[float, float, str]
    tall: tuple[float, float, str]


NODES = (
    Node("c0", "state", "c", "t−1", "the cell state before this step", (62, 66), (46, 56)),
    Node("c", "state", "c", "t", "c_t = f_t · c_{t−1} + i_t · g_t", (566, 66), (290, 56)),
    Node("h", "state", "h", "t", "h_t = o_t · tanh(c_t)", (780, 184), (226, 374)),
    Node("h0", "state", "h", "t−1", "the hidden state of all units", (62, 254), (62, 430)),
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

EDGES = (
    Edge("", "x", False, ((114, 254), (140, 254), (140, 326)), ((20, 430), (10, 430), (10, 368))),
    Edge(
        "",
        "x",
        True,
        ((114, 326), (222, 326), (222, 286)),
        ((20, 368), (10, 368), (10, 258), (53, 258), (53, 239)),
    ),
    Edge("", "x", True, ((140, 326), (368, 326), (368, 286)), ((10, 258), (155, 258), (155, 239))),
    Edge("", "x", True, ((140, 326), (500, 326), (500, 286)), ((10, 258), (257, 258), (257, 239))),
    Edge("", "x", True, ((140, 326), (632, 326), (632, 286)), ((10, 303), (69, 303))),
    Edge("c0", "c", False, ((114, 66), (222, 66)), ((88, 56), (118, 56))),
    Edge("fc", "c", False, ((222, 66), (434, 66)), ((118, 56), (206, 56))),
    Edge("ig", "c", False, ((434, 154), (434, 66)), ((206, 136), (206, 56))),
    Edge("c", "c", False, ((434, 66), (514, 66)), ((206, 56), (248, 56))),
    Edge("c", "c", True, ((618, 66), (832, 66)), ((332, 56), (340, 56))),
    Edge("c", "c", False, ((690, 66), (690, 110)), ((322, 83), (322, 287))),
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
