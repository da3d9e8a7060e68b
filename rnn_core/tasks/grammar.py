"""The machines that write Reber strings: nodes, and a symbol on each edge to the next node."""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np

REBER_SYMBOLS = "BTPSXVE"

Graph = dict[Hashable, dict[str, Hashable]]  # node → symbol → next node

REBER: Graph = {  # a string ends where it comes back to 0
    0: {"B": 1},
    1: {"T": 2, "P": 3},
    2: {"S": 2, "X": 4},
    3: {"T": 3, "V": 5},
    4: {"X": 3, "S": 6},
    5: {"P": 4, "V": 6},
    6: {"E": 0},
}


def embed(repeats: int) -> Graph:
    """Return the embedded grammar; its nodes know the outer symbol and the inner string.

    Examples
    --------
    >>> graph = embed(1)
    >>> graph["choice"], graph["T", 1, 0]
    ({'T': ('T', 0, 0), 'P': ('P', 0, 0)}, {'T': ('T', 'end')})
    """
    graph: Graph = {"start": {"B": "choice"}, "choice": {o: (o, 0, 0) for o in "TP"}}
    for outer in "TP":
        for inner in range(repeats):
            for node, edges in REBER.items():
                graph[outer, inner, node] = {s: (outer, inner, to) for s, to in edges.items()}
            graph[outer, inner, 6] = {"E": (outer, inner + 1, 0)}
        graph[outer, repeats, 0] = {outer: (outer, "end")}
        graph[outer, "end"] = {"E": "start"}
    return graph


def write(graph: Graph, start: Hashable, rng: np.random.Generator) -> str:
    """Walk from `start` until back there, by edges of equal chance; return the symbols.

    Examples
    --------
    >>> write({0: {"a": 1}, 1: {"b": 0}}, 0, np.random.default_rng(0))
    'ab'
    """
    text, node = "", start
    while not text or node != start:
        edges = list(graph[node].items())
        symbol, node = edges[rng.integers(len(edges))]
        text += symbol
    return text
