"""Where the quantities of one step stand in the graph: a table for each cell.

A place is a column and a row. In the wide layout rows count from the bottom up and time runs to
the right; in the tall one rows count from the top down and so does time. A line that is not
straight has a route, which `sheets` knows by name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

Place = tuple[float, float]


class Plan(NamedTuple):
    """The graph of one cell.

    Attributes
    ----------
    wide, tall : dict of (column, row)
        By the names of the quantities.
    routes : dict
        By the two ends of a line: its route in the wide and in the tall layout.
    """

    wide: Mapping[str, Place]
    tall: Mapping[str, Place]
    routes: Mapping[tuple[str, str], tuple[str, str]]


def _by_bus(*names: str) -> dict[tuple[str, str], tuple[str, str]]:
    return {("h0", name): ("bus", "bus") for name in names}


RNN = Plan(
    wide={"a": (0, 0), "h": (0, 1), "L": (0, 2)},
    tall={"a": (0, 0), "h": (1, 0), "L": (2, 0)},
    routes={("h0", "a"): ("side", "bus")},
)
_SUMS = {"a_i": (0, 0), "a_f": (1, 0), "a_g": (2, 0), "a_o": (3, 0)}
_GATES = {"i": (0, 1), "f": (1, 1), "g": (2, 1), "o": (3, 1)}
LSTM = Plan(
    wide={**_SUMS, **_GATES, "c": (1, 2), "h": (3, 3), "L": (3, 4)},
    tall={**_SUMS, **_GATES, "c": (1, 2), "h": (2, 2), "L": (3, 2)},
    routes=_by_bus("a_i", "a_f", "a_g", "a_o") | {("c0", "c"): ("straight", "margin")},
)
_GRU_TALL = {"a_r": (0, 0), "a_z": (1, 0), "m": (2, 0), "r": (0, 1), "z": (1, 1), "a_n": (2, 1)}
_GRU_TALL |= {"L": (0, 2), "h": (1, 2), "n": (2, 2)}
_GRU_WIDE = {"a_r": (0, 0), "a_z": (2, 0), "r": (0, 1), "z": (2, 1), "a_n": (1, 2), "n": (1, 3)}
_GRU_WIDE |= {"h": (2, 4), "L": (2, 5)}
_GRU_ROUTES = _by_bus("a_r", "a_z", "m") | {("h0", "h"): ("straight", "keep")}
GRU_AFTER = Plan(
    wide=_GRU_WIDE | {"m": (1, 0)},
    tall=_GRU_TALL,
    routes=_GRU_ROUTES | {("r", "a_n"): ("straight", "under")},
)
GRU_BEFORE = Plan(
    wide=_GRU_WIDE | {"m": (1, 1)},
    tall=_GRU_TALL,
    routes=_GRU_ROUTES | {("r", "m"): ("straight", "over")},
)

PLANS = {"rnn": RNN, "lstm": LSTM, "gru": GRU_AFTER, "gru before": GRU_BEFORE}
