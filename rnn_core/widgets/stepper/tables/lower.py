"""Room, in the tall drawing of an LSTM, for a line from the cell state to the output gate."""

from __future__ import annotations

from . import lstm
from .parts import Edge, Node

HEIGHTS = (364, 474)
ROW, INPUTS = 14, 12  # how far the row of o moves down, and the inputs below it


def _node(node: Node) -> Node:
    by: dict[str, float] = {"o": ROW, "show": ROW, "tanh": ROW, "h": ROW, "x": INPUTS, "h0": INPUTS}
    x, y = node.tall
    return node._replace(tall=(x, y + by.get(node.key, 0)))


def _edge(edge: Edge) -> Edge:
    by: dict[float, float] = {287: ROW, 303: ROW, 347: ROW, 368: INPUTS, 430: INPUTS}
    return edge._replace(tall=tuple((x, y + by.get(y, 0)) for x, y in edge.tall))


NODES = tuple(map(_node, lstm.NODES))
EDGES = tuple(map(_edge, lstm.EDGES))
TO_TANH = _edge(lstm.TO_TANH)
LABELS = tuple(
    label._replace(tall=(262, 340, "middle")) if label.key == "tc" else label
    for label in lstm.LABELS
)
TO_OUTPUT = Edge(
    ">co", "c", True, ((592, 95), (592, 222)), ((322, 83), (322, 271), (140, 271), (140, 286))
)
