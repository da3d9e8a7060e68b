"""A tanh RNN learns to recall a symbol over 40 steps by plain SGD, with and without clipping.

`python book/_experiments/clipping.py` trains it from three kinds of start, five seeds each, with
the global norm of the gradient clipped to 1 and without. It takes a minute on one core, and
writes `clipping.csv` beside this file. The page on vanishing and exploding gradients reads that
file, and repeats one run of it.

W_hh is orthogonal times a radius. With 0.8 the gradient vanishes, with 1.6 it explodes at times;
1.0 is between. A run is solved at the first check, every 50 steps, at which it names 99 % of 256
held-out symbols; then it stops.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from rnn_core import RNN, heads, network, optim, sweep, tasks, train

DELAY, SYMBOLS, UNITS, BATCH, STEPS, RATE, EVERY = 40, 8, 32, 32, 1500, 0.05, 50
HELD_OUT = 1_000_000
GRID = {"radius": [0.8, 1.0, 1.6], "clip": [True, False]}


def run(rng: np.random.Generator, radius: float, clip: bool) -> dict[str, float]:
    """Train one RNN; return when it was solved, its accuracy, and gradient norms."""
    cell = RNN(2 * SYMBOLS, UNITS, rng=rng)
    cell.params["W_hh"] *= radius
    model = network.Model(cell, heads.Readout(UNITS, SYMBOLS, rng=rng))
    batches = (tasks.delayed_recall(DELAY, BATCH, rng=rng) for _ in range(STEPS))
    test = tasks.delayed_recall(DELAY, 256, rng=np.random.default_rng(HELD_OUT))
    found = {"solved": math.inf, "accuracy": 0.0}

    def check(step: int, model: network.Model, _: train.History) -> bool:
        if step % EVERY:
            return False
        scores = model.forward(test[0])[1][-1]
        found["accuracy"] = float((scores.argmax(axis=-1) == test[1][-1]).mean())
        if found["accuracy"] >= 0.99:
            found["solved"] = step
        return found["accuracy"] >= 0.99

    history = train.train(
        model,
        batches,
        heads.softmax_cross_entropy,
        optim.SGD(RATE),
        max_norm=1.0 if clip else None,
        callback=check,
        progress=False,
    )
    norms = {"norm_median": float(np.median(history.norms)), "norm_most": max(history.norms)}
    return found | norms


def table(seeds: Iterable[int] = range(5)) -> sweep.Table:
    """Run the grid with these seeds."""
    return sweep.sweep(run, GRID, seeds=seeds)


if __name__ == "__main__":
    table().write_csv(Path(__file__).with_suffix(".csv"))
