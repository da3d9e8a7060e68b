"""What does the choice of σ cost? Delayed recall with a tanh RNN and with a logistic one.

`python book/_experiments/logistic_rnn.py` trains five RNNs with five seeds and three learning
rates, and writes `logistic_rnn.csv`. `learning.py` has the rules that all runs share.

- "tanh": W_hh orthogonal, W_hx Glorot uniform, bias 0, as `RNN` starts by default.
- "logistic": the same numbers, with the logistic function.
- "twin": 4 W_hh, 2 W_hx and a bias to match, with which a logistic RNN computes what that tanh
  RNN computes, but for the state before the first step.
- "twin from 1/2": that state is 1/2 too, the logistic RNN's middle. At the start of training it
  computes exactly what the tanh RNN computes.
- "centred twin": the same again, but W_hh multiplies h - 1/2 and not h.

The first three were chosen before the first run. The last two were added when the twin had failed
in 14 runs of 15, to find out why.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from learning import TASKS, UNITS, until_solved

from rnn_core import RNN, H, engine, sweep

TASK, LIMIT = "recall, T = 20", 2000
KINDS = ["tanh", "logistic", "twin", "twin from 1/2", "centred twin"]
GRID = {"rnn": KINDS, "lr": [0.001, 0.003, 0.01]}


class FromHalf(RNN):
    """An RNN whose sequences start at h = 1/2."""

    def forward(self, xs, state=None, **options):
        if state is None:
            state = H(np.full((xs.shape[1], self.hidden_size), 0.5, self.dtype))
        return super().forward(xs, state, **options)


class Centred(FromHalf):
    """An RNN with W_hh (h - 1/2) in place of W_hh h."""

    def _forward(self, xs, start):
        p = dict(self.params)
        p["b_h"] = p["b_h"] - p["W_hh"].sum(axis=1) / 2
        return engine.rnn_forward(p, xs, start.h, self.activation)

    def _backward(self, *given):
        grads = super()._backward(*given)
        grads.params["W_hh"] -= grads.params["b_h"][:, None] / 2
        return grads


def made(rnn: str, rng: np.random.Generator, dtype=np.float32) -> RNN:
    """Return one of the five RNNs, before training."""
    sizes, activation = (TASKS[TASK][1], UNITS), "tanh" if rnn == "tanh" else "logistic"
    kind = {"twin from 1/2": FromHalf, "centred twin": Centred}.get(rnn, RNN)
    cell = kind(*sizes, rng=rng, activation=activation, dtype=dtype)
    if "twin" in rnn:
        p = cell.params
        p["W_hx"] *= 2
        p["W_hh"] *= 4
        if rnn != "centred twin":
            p["b_h"] -= p["W_hh"].sum(axis=1) / 2
    return cell


def run(rng: np.random.Generator, rnn: str, lr: float):
    """Train one RNN; return its steps and its score."""
    return until_solved(made(rnn, rng), TASK, rng, lr, LIMIT)


def table(seeds: Iterable[int] = range(5)) -> sweep.Table:
    """Run the grid with these seeds."""
    return sweep.sweep(run, GRID, seeds=seeds)


if __name__ == "__main__":
    table().write_csv(Path(__file__).with_suffix(".csv"))
