"""The gated recurrent unit: the reset gate after the matrix product, or before it."""

from __future__ import annotations

from ..program import Op, gate
from .parts import Edge, Label, Line, Node, Table

BEFORE = (Op("h0", "before", ("h",), "h"),)
HIDDEN = (
    Op("kz", "rest", ("z",), "z"),
    Op("kh", "mul", ("kz", "h0"), "h"),
    Op("zn", "mul", ("z", "n"), "h"),
    Op("h", "add", ("kh", "zn"), "h"),
)
HIDDEN_LINE = Line(
    "h_t",
    (
        "(1 − z_t) · h_t−1 + z_t · n_t",
        "{kz} × {(h0)} + {(z)} × {(n)}",
        "{kh} + {(zn)}",
        "{h}",
    ),
)
MIX = "h_t = (1 − z_t) · h_{t−1} + z_t · n_t"
ALL = Node("all", "all", "h", "t−1", "the hidden state of all units", (62, 254), (62, 430))
X = Node("x", "state", "x", "t", "the character that is read", (62, 326), (62, 368))
UPPER_NODES = (
    Node("h0", "state", "h", "t−1", "the hidden state before this step", (62, 66), (46, 56)),
    Node("h", "state", "h", "t", MIX, (640, 66), (290, 56)),
    Node("keep", "op", "h", "×", "(1 − z_t) · h_{t−1}", (222, 66), (118, 56)),
    Node("rest", "op", "z", "1−", "1 − z_t", (222, 144), (118, 104)),
    Node("write", "op", "h", "×", "z_t · n_t", (520, 144), (206, 140)),
    Node("sum", "op", "h", "+", MIX, (520, 66), (206, 56)),
)
UPPER_EDGES = (
    Edge("h0", "h", False, ((114, 66), (222, 66)), ((88, 56), (118, 56))),
    Edge("kh", "h", False, ((222, 66), (520, 66)), ((118, 56), (206, 56))),
    Edge("zn", "h", False, ((520, 144), (520, 66)), ((206, 140), (206, 56))),
    Edge("h", "h", False, ((520, 66), (588, 66)), ((206, 56), (248, 56))),
    Edge("h", "h", True, ((692, 66), (832, 66)), ((332, 56), (340, 56))),
    Edge("z", "z", False, ((222, 222), (222, 144)), ((53, 177), (53, 136), (118, 136), (118, 104))),
    Edge("kz", "z", False, ((222, 144), (222, 66)), ((118, 104), (118, 56))),
    Edge(
        "z", "z", False, ((222, 190), (520, 190), (520, 144)), ((53, 160), (206, 160), (206, 140))
    ),
    Edge(
        "n", "n", False, ((660, 222), (660, 144), (520, 144)), ((257, 177), (257, 140), (206, 140))
    ),
)
LABELS = (
    Label("kh", "h", "kept", (371, 34, "middle"), (162, 20, "middle")),
    Label("zn", "h", "added", (534, 98, "start"), (216, 98, "start")),
    Label("kz", "z", "1 − z", (236, 104, "start"), (138, 84, "start")),
)
WIRES = (
    Edge(">h", "x", False, ((114, 254), (140, 254), (140, 322)), ((20, 430), (10, 430), (10, 368))),
    Edge(">hz", "x", True, ((140, 322), (232, 322), (232, 286)), ()),
    Edge(">hr", "x", True, ((140, 322), (390, 322), (390, 286)), ()),
    Edge(">x", "x", False, ((114, 346), (140, 346)), ((20, 368), (10, 368), (10, 303))),
    Edge(
        ">xz",
        "x",
        True,
        ((140, 346), (212, 346), (212, 286)),
        ((10, 303), (10, 258), (53, 258), (53, 239)),
    ),
    Edge(">xr", "x", True, ((140, 346), (370, 346), (370, 286)), ((10, 303), (70, 303))),
    Edge(
        ">xn",
        "x",
        True,
        ((140, 346), (660, 346), (660, 286)),
        ((104, 368), (186, 368), (186, 251), (286, 251), (286, 239)),
    ),
    Edge("r", "r", False, ((438, 254), (480, 254)), ((168, 303), (240, 303))),
)
AFTER_EDGES = (
    Edge(
        ">hn",
        "x",
        False,
        ((140, 322), (480, 322), (480, 310)),
        ((104, 430), (240, 430), (240, 378)),
    ),
    Edge("hn", "h", False, ((480, 286), (480, 254)), ((240, 362), (240, 303))),
    Edge("rn", "h", True, ((480, 254), (602, 254)), ((240, 303), (240, 239))),
)
BEFORE_EDGES = (
    Edge(
        ">hn",
        "x",
        False,
        ((140, 322), (480, 322), (480, 254)),
        ((104, 430), (240, 430), (240, 303)),
    ),
    Edge("rh", "h", False, ((480, 254), (520, 254)), ((240, 303), (240, 288))),
    Edge("hn", "h", True, ((570, 254), (602, 254)), ((240, 256), (240, 239))),
)


def _gates(reset: str) -> tuple[Node, ...]:
    inside = "r_t · (W_nh h_{t−1})" if reset == "after" else "W_nh (r_t · h_{t−1})"
    after = reset == "after"
    return (
        Node(
            "z",
            "gate",
            "z",
            "update",
            "z_t = σ(W_zx x_t + W_zh h_{t−1} + b_z)",
            (222, 254),
            (53, 208),
        ),
        Node(
            "r",
            "gate",
            "r",
            "reset",
            "r_t = σ(W_rx x_t + W_rh h_{t−1} + b_r)",
            (380, 254),
            (119, 303),
        ),
        Node(
            "n",
            "gate",
            "n",
            "candidate",
            f"n_t = tanh(W_nx x_t + b_n + {inside})",
            (660, 254),
            (257, 208),
        ),
        Node("reset", "op", "h", "×", inside, (480, 254), (240, 303)),
        Node(
            "W",
            "call",
            "h",
            "W",
            "W_nh",
            (480, 298) if after else (545, 254),
            (240, 362) if after else (240, 272),
        ),
    )


def _candidate(reset: str, second_bias: bool) -> tuple[tuple[Op, ...], Line]:
    """Return the operations of n_t, and what r_t does in it as it would be done on paper."""
    product = Op("hn", "dot", ("h0",), "h", True, "W_nh")
    if reset == "before":
        reset_h = Op("rh", "mul", ("r", "h0"), "h", True)
        parts = (reset_h, product._replace(args=("rh",)))
        line = Line("r_t · h_t−1", ("{r} × {(h0)}", "{rh}"), True)
    elif second_bias:
        bias = Op("dn", "unit", (), "h", True, "b_nh")
        both = Op("un", "add", ("hn", "dn"), "h", True)
        parts = (product, bias, both, Op("rn", "mul", ("r", "un"), "h", True))
        line = Line(
            "r_t · (W_nh h_t−1 + b_nh)", ("{r} × ({hn} + {(dn)})", "{r} × {(un)}", "{rn}"), True
        )
    else:
        parts = (product, Op("rn", "mul", ("r", "hn"), "h", True))
        line = Line("r_t · W_nh h_t−1", ("{r} × {(hn)}", "{rn}"), True)
    return gate("n", "tanh", *parts, sees="x"), line


def table(reset: str, second_bias: bool) -> Table:
    """Return the table of a GRU."""
    candidate, line = _candidate(reset, second_bias)
    ops = (*BEFORE, *gate("r", "logistic"), *gate("z", "logistic"), *candidate, *HIDDEN)
    edges = (*WIRES, *(AFTER_EDGES if reset == "after" else BEFORE_EDGES), *UPPER_EDGES)
    nodes = (*UPPER_NODES, ALL, X, *_gates(reset))
    return Table("hrzn", ops, nodes, edges, LABELS, (line, HIDDEN_LINE), "keeps {kh} and adds {zn}")
