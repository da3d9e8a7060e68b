"""The worked examples, and each of them with other numbers, other steps and another start."""

from __future__ import annotations

import numpy as np

from rnn_core import worked
from rnn_core.worked.tables import TABLES

NAMES = tuple(TABLES)
ODD = {
    "rnn": {"W_hh": -1.3, "b_h": 0.25},
    "lstm": {"W_fh": -2.0, "b_f": -0.5},
    "gru": {"W_nh": -1.7, "b_nh": -0.9},
    "gru before": {"W_nh": -1.7, "W_rh": 3.0},
}


def changed(name):
    """Return an example that no weight, input or start is left of as it was printed."""
    xs, targets = [1.0, -2.0, 0.25, 0.0, 3.0], [0.1, 0.0, -1.0, 0.7, 0.4]
    start = {"h_0": -0.4} | ({"c_0": 1.5} if name == "lstm" else {})
    return worked.example(name, weights=ODD[name], xs=xs, targets=targets, start=start)


EXAMPLES = {name: worked.example(name) for name in NAMES}
EXAMPLES |= {f"{name} changed": changed(name) for name in NAMES}


def of_steps(example, letter):
    """Return x_1 … x_T or y_1 … y_T as (T, 1, 1)."""
    steps = range(1, example.steps + 1)
    return np.array([example.given[f"{letter}_{t}"] for t in steps])[:, None, None]
