"""Which symbol came first? Linear recurrences beside the cells whose gates see the state.

`python book/_experiments/linear_recurrences.py` writes `linear_recurrences.csv` (some ten
minutes of one core).

Two tasks of `tasks.delayed_recall`, eight cues each. In "own alphabet, T = 100" the cue is the only
symbol of its kind, so what a symbol is tells whether to keep it. In "same alphabet, T = 20" the
distractors are drawn from the cues, so only its place tells the cue from them.

One set of rules for all: 32 units in each layer, batches of 32 fresh sequences, float32, Adam, the
gradient clipped to norm 1, the loss at the last step alone, at most 1000 updates. Every 50 updates
the model is judged by 256 other sequences; a run has solved its task, and ends, when 99 % of the
answers are right. `score` is then measured on 2,000 sequences never used before, and `longer` on
2,000 that are a fifth longer (120 steps, 24 steps), a length the model has not been trained on.

Arms (`ARMS`): "RNN" starts with an orthogonal W_hh, as the package does; the gates that keep the
state, in "LSTM", "GRU" and "MinGRU", start with a bias of 3; |λ|² of "LRU" starts uniform between
0.9² and 1. "MinGRU × 2" and "LRU × 2" are two layers, the second reading the states of the first,
with nothing between them: two layers of LRU are a linear map of the input, as one is.

All of this, and two learning rates for every arm alike, was fixed before the first run.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from rnn_core import GRU, LSTM, RNN, heads, init, optim, sweep, tasks
from rnn_core.layers import Stacked
from rnn_core.network import Model
from rnn_core.train import train
from rnn_core.variants import LRU, MinGRU

UNITS, BATCH, MOST, EVERY, CUES = 32, 32, 1000, 50, 8
OWN, SAME = "own alphabet, T = 100", "same alphabet, T = 20"
LENGTHS = {OWN: 100, SAME: 20}
CELLS = {"RNN": RNN, "LSTM": LSTM, "GRU": GRU, "MinGRU": MinGRU, "LRU": LRU}
ARMS = [*CELLS, "MinGRU × 2", "LRU × 2"]
GRID = {"task": [OWN, SAME], "arm": ARMS, "rate": [0.003, 0.01]}


def draw(task: str, size: int, rng: np.random.Generator, length: int | None = None) -> tuple:
    """Return a batch of a task, of its own length or another."""
    same = task == SAME
    options: dict[str, Any] = {"symbols": CUES, "same_alphabet": same, "dtype": np.float32}
    return tasks.delayed_recall(length or LENGTHS[task], size, rng=rng, **options)


def new_model(task: str, arm: str, rng: np.random.Generator) -> Model:
    """Return an untrained model."""
    name, *more = arm.split(" × ")
    inputs = CUES if task == SAME else 2 * CUES
    cells = []
    for size in [inputs] + [UNITS] * (int(more[0]) - 1 if more else 0):
        options = {"r_min": 0.9} if name == "LRU" else {}
        cells.append(CELLS[name](size, UNITS, rng=rng, dtype=np.float32, **options))
        if name in ("LSTM", "GRU", "MinGRU"):
            init.forget_bias(cells[-1], 3)
    layer = cells[0] if len(cells) == 1 else Stacked(cells)
    return Model(layer, heads.Readout(UNITS, CUES, rng=rng, dtype=np.float32))


def judge(model: Model, batch: tuple) -> float:
    """Return the share of sequences whose cue is named at the last step."""
    xs, targets, _ = batch
    return float((model.forward(xs)[1][-1].argmax(axis=-1) == targets[-1]).mean())


def fit(task: str, arm: str, rate: float, rng: np.random.Generator) -> tuple[Model, float]:
    """Return a trained model, and the updates until it solved the task (inf: it did not)."""
    held_out = draw(task, 256, rng)
    model, found = new_model(task, arm, rng), math.inf

    def solved(step: int, *_: Any) -> bool:
        nonlocal found
        if step % EVERY == 0 and judge(model, held_out) >= 0.99:
            found = step
        return found < math.inf

    batches = (draw(task, BATCH, rng) for _ in range(MOST))
    adam, loss = optim.Adam(rate), heads.softmax_cross_entropy
    train(model, batches, loss, adam, callback=solved, progress=False)
    return model, found


def run(rng: np.random.Generator, task: str, arm: str, rate: float) -> dict[str, float]:
    """Train one model; return the updates to success, its score, and that on longer sequences."""
    model, steps = fit(task, arm, rate, rng)
    fresh = partial(draw, task, 2000, rng)
    longer = LENGTHS[task] * 6 // 5
    return {"steps": steps, "score": judge(model, fresh()), "longer": judge(model, fresh(longer))}


def table(seeds: Iterable[int] = range(5), **how: Any) -> sweep.Table:
    """Run the grid with these seeds; `how` goes to `sweep`."""
    return sweep.sweep(run, GRID, seeds=seeds, **how)


if __name__ == "__main__":
    table().write_csv(Path(__file__).with_suffix(".csv"))
