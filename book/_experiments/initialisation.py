"""What the start and clipping are worth: three tasks, ten seeds each.

`python book/_experiments/initialisation.py` runs everything and writes initialisation.csv beside
itself; some ten minutes on one core. The page math/initialisation.ipynb reads the table and runs
one row again.

Every run: 32 units, batches of 32 fresh sequences, float32, loss on the last step alone. It has
solved the task at the first check, one every 50 steps, at which 99 of 100 of 256 other sequences
are classified correctly; it stops there, or after 1500 steps.

The settings were fixed beforehand, but for two things: the row LATER, and the number of seeds, five
in the first run and raised to ten for every row when its results were known.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from rnn_core import GRU, LSTM, RNN, heads, init, optim, sweep, tasks
from rnn_core.network import Model

TASKS = {
    "recall 40": lambda batch, rng: tasks.delayed_recall(40, batch, rng=rng, dtype=np.float32),
    "recall 50": lambda batch, rng: tasks.delayed_recall(50, batch, rng=rng, dtype=np.float32),
    "order 100": lambda batch, rng: tasks.temporal_order(100, batch, rng=rng, dtype=np.float32),
}
SEEDS = range(10)
MOST, EVERY = 1500, 50

START = [
    {"task": "recall 50", "cell": "RNN", "start": start, "optimiser": "Adam", "rate": 1e-3}
    for start in ("Glorot", "orthogonal", "orthogonal × 1.3", "identity, ReLU")
] + [
    {"task": "order 100", "cell": cell, "start": start, "optimiser": "Adam", "rate": 5e-3}
    for cell in ("LSTM", "GRU")
    for start in ("bias 0", "bias 1", "bias 3", "chrono")
]
# Added when the others were known: is it the input gate that makes a bias of 3 worse than 1?
LATER = [START[4] | {"start": "bias 3, input −3"}]
CLIP = [
    {"task": "recall 40", "start": "orthogonal × 1.6", "optimiser": "SGD", "rate": 0.05},
    {"task": "recall 50", "start": "orthogonal", "optimiser": "Adam", "rate": 1e-3},
]
GRID = [row | {"clip": "norm 1"} for row in START + LATER] + [
    row | {"cell": "RNN", "clip": clip}
    for row in CLIP
    for clip in ("none", "norm 1", "value 0.1")
    if row["optimiser"] == "SGD" or clip != "norm 1"  # the other one stands in START
]


def make(cell: str, start: str, inputs: int, outputs: int, length: int, rng) -> Model:
    """Return a model whose weights start as `start` says."""
    common = {"rng": rng, "dtype": np.float32}
    if cell == "RNN":
        activation = "relu" if "ReLU" in start else "tanh"
        made = RNN(inputs, 32, activation=activation, **common)
        if start.startswith("Glorot"):
            init.recurrent(made, init.glorot_uniform, rng=rng)
        if "×" in start:
            made.params["W_hh"][...] *= float(start.split("×")[1])
        if "ReLU" in start:
            init.irnn(made)
            made.params["W_hx"][...] = 0.001 * rng.standard_normal((32, inputs))
    else:
        made = {"LSTM": LSTM, "GRU": GRU}[cell](inputs, 32, **common)
        if start == "chrono":
            init.chrono(made, length, rng=rng)
        else:
            bias, *closed = start.removeprefix("bias ").split(", input −")
            init.forget_bias(made, float(bias))
            if closed:
                made.params["b_i"][...] = -float(closed[0])
    return Model(made, heads.Readout(32, outputs, rng=rng, dtype=np.float32))


def clip_gradients(grads: dict[str, np.ndarray], clip: str) -> float:
    """Clip in place as `clip` says; return the norm before."""
    norm = optim.global_norm(grads)
    kind, *limit = clip.split()
    if kind == "norm":
        optim.clip_by_global_norm(grads, float(limit[0]))
    elif kind == "value":
        optim.clip_by_value(grads, float(limit[0]))
    return norm


def run(rng, task: str, cell: str, start: str, optimiser: str, rate: float, clip: str) -> dict:
    """Train one model; return the steps to success, infinite if there was none, and the rest."""
    draw = TASKS[task]
    xs, targets, _ = test = draw(256, rng)
    model = make(cell, start, xs.shape[2], int(targets.max()) + 1, len(xs), rng)
    step = {"Adam": optim.Adam, "SGD": optim.SGD}[optimiser](rate)
    largest, score = 0.0, 0.0
    for number in range(1, MOST + 1):
        xs, targets, mask = draw(32, rng)
        trace, scores = model.forward(xs)
        _, dscores = heads.softmax_cross_entropy(scores, targets, mask)
        grads = model.backward(trace, dscores).params
        try:
            largest = max(largest, clip_gradients(grads, clip))
            step.step(model.params, grads)
            if number % EVERY == 0:
                score = accuracy(model, test)
        except (ValueError, FloatingPointError):
            return {"steps": math.inf, "accuracy": score, "largest": math.inf}  # it blew up
        if number % EVERY == 0 and score >= 0.99:
            return {"steps": number, "accuracy": score, "largest": largest}
    return {"steps": math.inf, "accuracy": score, "largest": largest}


def accuracy(model: Model, test: tuple) -> float:
    """Return the share of test sequences that the last step classifies correctly."""
    _, scores = model.forward(test[0])
    return float((scores[-1].argmax(axis=1) == test[1][-1]).mean())


def table(seeds: Iterable[int] = SEEDS) -> sweep.Table:
    """Run the grid with these seeds."""
    return sweep.sweep(run, GRID, seeds=seeds)


if __name__ == "__main__":
    table().write_csv(Path(__file__).with_suffix(".csv"))
