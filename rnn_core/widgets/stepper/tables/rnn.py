"""The simple recurrent network, with any of its activations."""

from __future__ import annotations

from ..program import Op, gate
from .parts import Edge, Label, Node, Table

SQUASH = {"tanh": "tanh", "logistic": "σ", "relu": "max(0, ·)", "identity": "as is"}
KIND = {"identity": "same"}  # of the operation, where it differs from the activation's name

EDGES = (
    Edge("hh", "x", False, ((172, 90), (400, 90), (400, 184)), ((100, 67), (100, 180))),
    Edge("xh", "x", False, ((172, 278), (400, 278), (400, 184)), ((100, 293), (100, 180))),
    Edge("bh", "x", False, ((290, 184), (400, 184)), ((36, 180), (100, 180))),
    Edge("ah", "x", False, ((400, 184), (540, 184)), ((100, 180), (270, 180))),
    Edge("h", "h", False, ((540, 184), (648, 184)), ((270, 180), (270, 243))),
    Edge("h", "h", True, ((752, 184), (832, 184)), ((312, 270), (340, 270))),
)
LABELS = (
    Label("hh", "x", "from the state", (286, 58, "middle"), (112, 108, "start")),
    Label("xh", "x", "from the input", (286, 300, "middle"), (112, 230, "start")),
    Label("bh", "x", "bias", (278, 180, "end"), (8, 148, "start")),
    Label("ah", "x", "sum", (458, 150, "middle"), (172, 148, "middle")),
)


def table(activation: str) -> Table:
    """Return the table of an RNN."""
    squash = SQUASH[activation]
    formula = f"h_t = φ(W_hx x_t + W_hh h_{{t−1}} + b_h), where φ is {activation}"
    nodes = (
        Node("h0", "all", "h", "t−1", "the hidden state of all units", (120, 90), (100, 40)),
        Node("x", "state", "x", "t", "the character that is read", (120, 278), (100, 320)),
        Node("h", "state", "h", "t", formula, (700, 184), (270, 270)),
        Node("sum", "op", "x", "+", "W_hx x_t + W_hh h_{t−1} + b_h", (400, 184), (100, 180)),
        Node("squash", "call", "h", squash, f"φ is {activation}", (540, 184), (270, 180)),
    )
    ops = (Op("h0", "before", ("h",), "h"), *gate("h", KIND.get(activation, activation)))
    large = ("h", "h0") if activation in ("relu", "identity") else ()
    return Table("h", ops, nodes, EDGES, LABELS, (), "now holds {h}", large, (336, 356))
