"""Does it matter for learning where the reset gate acts? A GRU of each kind on three tasks.

`python book/_experiments/reset_gate.py` trains both GRUs with five seeds on three tasks and writes
`reset_gate.csv`. Both start from the same weights, seed by seed. The settings were fixed before
the first run. `learning.py` has the rules that all runs share.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from learning import TASKS, UNITS, until_solved

from rnn_core import GRU, init, sweep

RATE, KEEP_BIAS = 0.005, 2
LIMITS = {"adding, T = 40": 1000, "recall, T = 50": 500, "same alphabet, T = 20": 1000}
GRID = {"reset": ["before", "after"], "task": list(LIMITS)}


def run(rng: np.random.Generator, reset: str, task: str):
    """Train one GRU; return its steps and its score."""
    gru = GRU(TASKS[task][1], UNITS, rng=rng, reset=reset, dtype=np.float32)
    init.forget_bias(gru, KEEP_BIAS)
    return until_solved(gru, task, rng, RATE, LIMITS[task])


def table(seeds: Iterable[int] = range(5)) -> sweep.Table:
    """Run the grid with these seeds."""
    return sweep.sweep(run, GRID, seeds=seeds)


if __name__ == "__main__":
    table().write_csv(Path(__file__).with_suffix(".csv"))
