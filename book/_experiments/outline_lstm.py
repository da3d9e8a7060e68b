"""What does the outline's LSTM learn? Each reading of it, beside the standard cell.

`python book/_experiments/outline_lstm.py` trains five cells on three tasks, with three forget
biases and five seeds each, and writes `outline_lstm.csv`. `learning.py` has the rules that all runs
share.

- "standard": the LSTM with a forget gate.
- "h = o": the outline's formulas, h_t taken to be o_t.
- "h = o tanh c": the outline's formulas, h_t taken to be o_t tanh(c_t).
- "no h": the outline's formulas with the terms in h_{t-1} left out, as nothing defines h_t. The
  readout sees o_t.
- "h = 2o - 1": the gates see 2 o_t - 1, which is around 0, as o_t is around 1/2. The readout sees
  o_t.

The first four and all settings were chosen before the first run. The last was added after it, to
test an explanation of how "h = o" had failed.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from learning import TASKS, UNITS, until_solved

from rnn_core import HC, LSTM, sweep
from rnn_core.variants import OutlineLSTM

RATE = 0.005
LIMITS = {"adding, T = 40": 1000, "recall, T = 50": 500, "same alphabet, T = 20": 1000}
GRID = {
    "cell": ["standard", "h = o", "h = o tanh c", "no h", "h = 2o - 1"],
    "task": list(LIMITS),
    "forget_bias": [0, 1, 3],
}


class WithoutH(OutlineLSTM):
    """The outline's LSTM with W_ih, W_fh and W_gh at 0, and kept there."""

    def __init__(self, *sizes: int, **options) -> None:
        super().__init__(*sizes, **options)
        for name in ("W_ih", "W_fh", "W_gh"):
            self.params[name][:] = 0

    def _backward(self, *given):
        grads = super()._backward(*given)
        for name in ("W_ih", "W_fh", "W_gh"):
            grads.params[name][:] = 0
        return grads


class Centred(OutlineLSTM):
    """The outline's LSTM with h = o whose gates see 2 h - 1: W (2 h - 1) = 2 W h - W 1."""

    def forward(self, xs, state=None, **options):
        if state is None:
            shape = (xs.shape[1], self.hidden_size)
            state = HC(np.full(shape, 0.5, self.dtype), np.zeros(shape, self.dtype))
        return super().forward(xs, state, **options)

    @contextlib.contextmanager
    def _as_seen(self):
        own, seen = self.params, dict(self.params)
        for k in "ifg":
            seen[f"b_{k}"] = own[f"b_{k}"] - own[f"W_{k}h"].sum(axis=1)
            seen[f"W_{k}h"] = 2 * own[f"W_{k}h"]
        self.params = seen
        yield
        self.params = own

    def _forward(self, *given):
        with self._as_seen():
            return super()._forward(*given)

    def _backward(self, *given):
        with self._as_seen():
            grads = super()._backward(*given)
        for k in "ifg":
            dW = grads.params[f"W_{k}h"]
            grads.params[f"W_{k}h"] = 2 * dW - grads.params[f"b_{k}"][:, None]
        return grads


CELLS = {
    "standard": (LSTM, {}),
    "h = o": (OutlineLSTM, {"hidden": "o"}),
    "h = o tanh c": (OutlineLSTM, {"hidden": "o tanh c"}),
    "no h": (WithoutH, {"hidden": "o"}),
    "h = 2o - 1": (Centred, {"hidden": "o"}),
}


def run(rng: np.random.Generator, cell: str, task: str, forget_bias: float):
    """Train one cell on one task; return its steps and its score."""
    kind, options = CELLS[cell]
    made = kind(
        TASKS[task][1], UNITS, rng=rng, forget_bias=forget_bias, dtype=np.float32, **options
    )
    return until_solved(made, task, rng, RATE, LIMITS[task])


def table(seeds: Iterable[int] = range(5)) -> sweep.Table:
    """Run the grid with these seeds."""
    return sweep.sweep(run, GRID, seeds=seeds)


if __name__ == "__main__":
    table().write_csv(Path(__file__).with_suffix(".csv"))
