"""The minimal GRU: gate and candidate see the input only."""

from __future__ import annotations

from ..program import gate
from . import gru
from .parts import Edge, Node, Table

OPS = (*gru.BEFORE, *gate("z", "logistic", sees="x"), *gate("n", "same", sees="x"), *gru.HIDDEN)
NODES = (
    *gru.UPPER_NODES,
    gru.X._replace(tall=(62, 330)),
    Node("z", "gate", "z", "update", "z_t = σ(W_zx x_t + b_z)", (222, 254), (53, 208)),
    Node("n", "gate", "n", "candidate", "n_t = W_nx x_t + b_n", (660, 254), (257, 208)),
)
WIRES = (
    Edge(
        ">z",
        "x",
        True,
        ((114, 326), (222, 326), (222, 286)),
        ((20, 330), (10, 330), (10, 258), (53, 258), (53, 239)),
    ),
    Edge(
        ">n", "x", True, ((140, 326), (660, 326), (660, 286)), ((104, 330), (257, 330), (257, 239))
    ),
)
TABLE = Table(
    "hzn",
    OPS,
    NODES,
    (*WIRES, *gru.UPPER_EDGES),
    gru.LABELS,
    (gru.HIDDEN_LINE,),
    "keeps {kh} and adds {zn}",
    ("h", "h0", "n", "kh", "zn"),
    (364, 370),
)
