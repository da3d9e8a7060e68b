"""The simple recurrent network, with any of its activations."""

from __future__ import annotations

from ..program import Op, gate
from .parts import Edge, Label, Node, Table

SQUASH = {"tanh": "tanh", "logistic": "σ", "relu": "max(0, ·)", "identity": "as is"}
KIND = {"identity": "same"}  # of the operation, where it differs from the activation's name

EDGES = (
    Edge("hh", "x", False, ((172, 90), (400, 90), (400, 184)), ((104, 56), (170, 56), (170, 143))),
    Edge(
        "xh", "x", False, ((172, 278), (400, 278), (400, 184)), ((104, 230), (170, 230), (170, 143))
    ),
    Edge("bh", "x", False, ((290, 184), (400, 184)), ((96, 143), (170, 143))),
    Edge("ah", "x", False, ((400, 184), (510, 184)), ((170, 143), (216, 143))),
    Edge("h", "h", False, ((570, 184), (648, 184)), ((260, 159), (260, 203))),
    Edge("h", "h", True, ((752, 184), (832, 184)), ((302, 230), (338, 230))),
)
LABELS = (
    Label("hh", "x", "from the state", (286, 58, "middle"), (180, 66, "start")),
    Label("xh", "x", "from the character", (286, 300, "middle"), (180, 246, "start")),
    Label("bh", "x", "bias", (278, 180, "end"), (84, 139, "end")),
    Label("ah", "x", "sum", (458, 150, "middle"), (226, 100, "start")),
)


def table(activation: str) -> Table:
    """Return the table of an RNN."""
    squash = SQUASH[activation]
    formula = f"h_t = φ(W_hx x_t + W_hh h_{{t−1}} + b_h), where φ is {activation}"
    nodes = (
        Node("h0", "all", "h", "t−1", "the hidden state of all units", (120, 90), (62, 56)),
        Node("x", "state", "x", "t", "the character that is read", (120, 278), (62, 230)),
        Node("h", "state", "h", "t", formula, (700, 184), (260, 230)),
        Node("sum", "op", "x", "+", "W_hx x_t + W_hh h_{t−1} + b_h", (400, 184), (170, 143)),
        Node("squash", "call", "h", squash, f"φ is {activation}", (540, 184), (260, 143)),
    )
    ops = (Op("h0", "before", ("h",), "h"), *gate("h", KIND.get(activation, activation)))
    large = ("h", "h0") if activation in ("relu", "identity") else ()
    return Table("h", ops, nodes, EDGES, LABELS, (), "now holds {h}", large, (340, 270))
