"""Embedded Reber strings without end, read by an LSTM with a forget gate and by one without.

`python book/_experiments/continual_reber.py` trains both cells from five seeds, some minutes on
one core, and writes what each run reached to `continual_reber.csv` beside this file. The page
on the LSTM reads that file, and repeats one run of it.

A stream is never marked where a string ends and the state is never set to zero: it is carried
from one piece of the stream to the next, in training and in the test. The score is the share of
right answers where only the outer symbol may follow, T or P. Who forgets it is right half of the
time. It is measured on streams that no run trains with, over their first and their last tenth;
so are the norm of c and the share of cell states that are stuck, with tanh(c) beyond ±0.999.
The test repeats the procedure of the task of Gers, Schmidhuber and Cummins (2000), not their
numbers: batches, Adam and backpropagation through everything are ours.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from rnn_core import LSTM, heads, network, optim, sweep, tasks, train
from rnn_core.variants import LSTM1997

CELLS = {"LSTM": LSTM, "LSTM1997": LSTM1997}
GRID = {"cell": list(CELLS)}
UNITS, STREAMS, PIECE, PIECES, RATE = 16, 16, 50, 2000, 0.005
TEST_STEPS, TEST_STREAMS, TEST_SEED = 5000, 16, 1_000_000


def pieces(rng: np.random.Generator) -> Iterator[tuple[np.ndarray, ...]]:
    """Yield one long draw of streams, piece by piece."""
    stream = tasks.continual_reber(PIECE * PIECES, STREAMS, rng=rng)
    for start in range(0, PIECE * PIECES, PIECE):
        yield tuple(part[start : start + PIECE] for part in stream)


def trained(cell: str, rng: np.random.Generator) -> network.Model:
    """Return a model trained on streams, its state carried from piece to piece."""
    parts = CELLS[cell](7, UNITS, rng=rng), heads.Readout(UNITS, 7, rng=rng)
    model = network.Model(*parts)
    adam = optim.Adam(RATE)
    train.train(
        model, pieces(rng), heads.softmax_cross_entropy, adam, carry_state=True, progress=False
    )
    return model


def test(model: network.Model) -> tuple[np.ndarray, np.ndarray]:
    """Return the right answers on the test streams, and the cell states.

    Right is (T, B), NaN where the symbol to come is not an outer one; the states are (T, B, H).
    """
    rng = np.random.default_rng(TEST_SEED)
    xs, targets, _ = tasks.continual_reber(TEST_STEPS, TEST_STREAMS, rng=rng)
    trace, scores = model.forward(xs)
    alone = tasks.reber_legal(xs, 1).sum(axis=-1) == 1
    outer = alone & np.isin(targets, [tasks.REBER_SYMBOLS.index(k) for k in "TP"])
    right = np.where(outer, scores.argmax(axis=-1) == targets, np.nan)
    return right, trace.c


def run(rng: np.random.Generator, cell: str) -> dict[str, float]:
    """Train one model and return its scores early and late in the test streams."""
    right, c = test(trained(cell, rng))
    norm, stuck = np.linalg.norm(c, axis=-1), np.abs(np.tanh(c)) > 0.999
    tenth = TEST_STEPS // 10
    return {
        "right_first": float(np.nanmean(right[:tenth])),
        "right_last": float(np.nanmean(right[-tenth:])),
        "norm_first": float(np.median(norm[:tenth])),
        "norm_last": float(np.median(norm[-tenth:])),
        "stuck_first": float(stuck[:tenth].mean()),
        "stuck_last": float(stuck[-tenth:].mean()),
    }


def table(seeds: Iterable[int] = range(5)) -> sweep.Table:
    """Run the grid with these seeds."""
    return sweep.sweep(run, GRID, seeds=seeds)


if __name__ == "__main__":
    table().write_csv(Path(__file__).with_suffix(".csv"))
