"""How far gradients reach before and after training, lag by lag, on the temporal order task.

`python book/_experiments/reach.py` runs everything and writes reach.csv beside itself; a few
minutes on two cores. The page math/reach.ipynb reads the table and runs one row again.

Every run: 32 units, 500 steps of Adam on batches of 32 fresh sequences of 100 steps, gradients
clipped to norm 1. A random unit gradient at the last hidden state is followed back through 32
other sequences; `before_95` is log10 of its mean norm 95 steps back in the untrained cell (∂/∂c
in an LSTM, else ∂/∂h), `after_95` in the trained one.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from rnn_core import GRU, LSTM, RNN, heads, init, optim, sweep, tasks
from rnn_core.diagnostics import gradient_norms
from rnn_core.network import Model
from rnn_core.train import train

LENGTH, STEPS, UNITS, BATCH = 100, 500, 32, 32
LAGS = range(0, LENGTH - 1, 5)
SEEDS = range(5)
GRID = [
    {"cell": "RNN", "start": "orthogonal", "rate": 1e-3},
    {"cell": "RNN", "start": "orthogonal × 1.3", "rate": 1e-3},
    {"cell": "LSTM", "start": "bias 0", "rate": 5e-3},
    {"cell": "LSTM", "start": "bias 1", "rate": 5e-3},
    {"cell": "LSTM", "start": "chrono", "rate": 5e-3},
    {"cell": "GRU", "start": "bias 1", "rate": 5e-3},
]


def make(cell: str, start: str, rng: np.random.Generator) -> Model:
    """Return a model whose weights start as `start` says."""
    made = {"RNN": RNN, "LSTM": LSTM, "GRU": GRU}[cell](8, UNITS, rng=rng, dtype=np.float32)
    if "×" in start:
        made.params["W_hh"][...] *= float(start.split("×")[1])
    elif start == "chrono":
        init.chrono(made, LENGTH, rng=rng)
    elif start.startswith("bias"):
        init.forget_bias(made, float(start.removeprefix("bias ")))
    return Model(made, heads.Readout(UNITS, 4, rng=rng, dtype=np.float32))


def reach(model: Model, xs: np.ndarray, unit: np.ndarray) -> np.ndarray:
    """Return log10 of the mean norm of the gradient at each of LAGS."""
    trace = model.cell.forward(xs)
    dh = np.zeros_like(trace.h)
    dh[-1] = unit
    norms = gradient_norms(model.cell, trace, dh)
    by_lag = (norms.h if norms.c is None else norms.c).mean(axis=1)[::-1]
    return np.log10(np.maximum(by_lag, 1e-40))[list(LAGS)]


def run(rng: np.random.Generator, cell: str, start: str, rate: float) -> dict[str, float]:
    """Train one model; return its accuracy and how far gradients reach, before and after."""
    xs, targets, _ = tasks.temporal_order(LENGTH, 256, rng=rng, dtype=np.float32)
    model = make(cell, start, rng)
    unit = rng.standard_normal((BATCH, UNITS)).astype(np.float32)
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    before = reach(model, xs[:, :BATCH], unit)
    batches = (tasks.temporal_order(LENGTH, BATCH, rng=rng, dtype=np.float32) for _ in range(STEPS))
    train(model, batches, heads.softmax_cross_entropy, optim.Adam(rate), progress=False)
    after = reach(model, xs[:, :BATCH], unit)
    _, scores = model.forward(xs)
    accuracy = float((scores[-1].argmax(axis=1) == targets[-1]).mean())
    rows = {f"before_{lag}": value for lag, value in zip(LAGS, before.tolist(), strict=True)}
    rows |= {f"after_{lag}": value for lag, value in zip(LAGS, after.tolist(), strict=True)}
    return {"accuracy": accuracy} | rows


def table(seeds: Iterable[int] = SEEDS) -> sweep.Table:
    """Run the grid with these seeds."""
    return sweep.sweep(run, GRID, seeds=seeds)


if __name__ == "__main__":
    table().write_csv(Path(__file__).with_suffix(".csv"))
