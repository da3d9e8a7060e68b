"""The outline's literal LSTM: the output gate sees the cell state and nothing else."""

from __future__ import annotations

from ..program import Op, gate
from . import lower, lstm
from .parts import Edge, Line, Table, but

THROUGH_W = Op("co", "dot", ("c",), "c", True, "W_oc")
OUTPUT = (*lstm.BEFORE, *lstm.IFG, *lstm.CELL, *gate("o", "logistic", THROUGH_W, sees=""))
NODES = tuple(
    node._replace(formula="o_t = σ(W_oc c_t + b_o), from the cell state of all units")
    if node.key == "o"
    else node
    for node in lower.NODES
)
EDGES = (*but(lower.EDGES, ">o"), lower.TO_OUTPUT)

WITH_TANH = lstm.TABLE._replace(
    ops=(*OUTPUT, *lstm.HIDDEN),
    nodes=NODES,
    edges=EDGES,
    labels=lower.LABELS,
    heights=lower.HEIGHTS,
)

BARE: Table = WITH_TANH._replace(
    ops=(*OUTPUT, Op("h", "same", ("o",), "h")),
    nodes=tuple(
        node._replace(formula="h_t = o_t") if node.key == "h" else node
        for node in but(NODES, "tanh show")
    ),
    edges=(
        *(edge for edge in but(EDGES, "tc o h") if edge != lower.TO_TANH),
        Edge(
            "h",
            "h",
            False,
            ((632, 222), (632, 184), (728, 184)),
            ((168, 317), (226, 317), (226, 361)),
        ),
    ),
    labels=but(lower.LABELS, "tc"),
    lines=(lstm.CELL_LINE, Line("h_t", ("o_t", "{h}"))),
)
