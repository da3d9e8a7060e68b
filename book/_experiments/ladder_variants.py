"""An LSTM and three relatives of it on two rungs of the ladder: do they rank as in a large study?

`python book/_experiments/ladder_variants.py` trains each cell on both tasks from five seeds, a few
minutes on one core, and writes ladder_variants.csv beside itself. `learning.py` has the rules that
all runs share. Everything was fixed before the first run.

Every gate that keeps starts with a bias of 1; the cell of 1997 has none.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from learning import TASKS, UNITS, until_solved

from rnn_core import LSTM, init, sweep
from rnn_core.variants import LSTM1997, CoupledLSTM, PeepholeLSTM

CELLS = {
    "standard": LSTM,
    "no forget gate": LSTM1997,
    "coupled gates": CoupledLSTM,
    "peepholes": PeepholeLSTM,
}
RATE, LIMIT = 0.005, 1000
GRID = {"task": ["adding, T = 40", "recall, T = 50"], "cell": list(CELLS)}


def run(rng: np.random.Generator, task: str, cell: str) -> dict[str, float]:
    """Train one cell; return the updates to success (inf: none) and the score."""
    made = CELLS[cell](TASKS[task][1], UNITS, rng=rng, dtype=np.float32)
    if cell != "no forget gate":
        init.forget_bias(made, 1)
    return until_solved(made, task, rng, RATE, LIMIT)


def table(seeds: Iterable[int] = range(5)) -> sweep.Table:
    """Run the grid with these seeds."""
    return sweep.sweep(run, GRID, seeds=seeds)


if __name__ == "__main__":
    table().write_csv(Path(__file__).with_suffix(".csv"))
