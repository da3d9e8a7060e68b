"""How far the gradient reaches before training, and whether the task is learned after it.

`python book/_experiments/reach_and_learning.py` trains each network below on temporal order,
100 steps, from five seeds. It takes a few minutes on one core, and writes
`reach_and_learning.csv` beside this file. The page on vanishing and exploding gradients reads
that file, and repeats one run of it.

The reach is log10 of the norm, at the state 95 steps before the last, of a random unit gradient
at the last hidden state, averaged over 32 sequences of the task. The accuracy is that of 256
held-out sequences after the last of 600 steps; chance is 0.25. Every rate that was tried is in
the table.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from rnn_core import GRU, LSTM, RNN, diagnostics, heads, init, network, optim, sweep, tasks, train

STEPS, UNITS, BATCH, UPDATES, LAG = 100, 32, 32, 600, 95
HELD_OUT = 1_000_000
GRID = [
    {"start": "RNN, radius 1", "rate": 0.001},
    {"start": "RNN, radius 1", "rate": 0.003},
    {"start": "RNN, radius 1.3", "rate": 0.0003},
    {"start": "RNN, radius 1.3", "rate": 0.001},
    {"start": "RNN, radius 1.3", "rate": 0.003},
    {"start": "LSTM, bias 0", "rate": 0.005},
    {"start": "LSTM, chrono", "rate": 0.005},
    {"start": "GRU, bias 1", "rate": 0.005},
]


def make(start: str, rng: np.random.Generator) -> network.Model:
    """Return an untrained model; the second word of `start` says how it starts."""
    kind, how = start.split(", ")
    cell = {"RNN": RNN, "LSTM": LSTM, "GRU": GRU}[kind](8, UNITS, rng=rng)
    if how == "chrono":
        init.chrono(cell, STEPS, rng=rng)
    elif how.startswith("bias"):
        init.forget_bias(cell, float(how.split()[1]))
    else:
        cell.params["W_hh"] *= float(how.split()[1])
    return network.Model(cell, heads.Readout(UNITS, 4, rng=rng))


def reach(model: network.Model) -> float:
    """Return log10 of what is left of a unit gradient, `LAG` steps back."""
    rng = np.random.default_rng(HELD_OUT)
    trace = model.cell.forward(tasks.temporal_order(STEPS, BATCH, rng=rng)[0])
    dh = np.zeros_like(trace.h)
    dh[-1] = rng.standard_normal(dh[-1].shape)
    dh[-1] /= np.linalg.norm(dh[-1], axis=-1, keepdims=True)
    norms = diagnostics.gradient_norms(model.cell, trace, dh)
    whole = np.hypot(norms.h, 0 if norms.c is None else norms.c)
    return float(np.log10(whole[-1 - LAG].mean()))


def run(rng: np.random.Generator, start: str, rate: float) -> dict[str, float]:
    """Train one network; return its reach before and after, and its accuracy."""
    model = make(start, rng)
    before = reach(model)
    batches = (tasks.temporal_order(STEPS, BATCH, rng=rng) for _ in range(UPDATES))
    adam = optim.Adam(rate)
    train.train(model, batches, heads.softmax_cross_entropy, adam, progress=False)
    test = tasks.temporal_order(STEPS, 256, rng=np.random.default_rng(HELD_OUT))
    right = model.forward(test[0])[1][-1].argmax(axis=-1) == test[1][-1]
    return {"before": before, "after": reach(model), "accuracy": float(right.mean())}


def table(seeds: Iterable[int] = range(5)) -> sweep.Table:
    """Run the grid with these seeds."""
    return sweep.sweep(run, GRID, seeds=seeds)


if __name__ == "__main__":
    table().write_csv(Path(__file__).with_suffix(".csv"))
