"""RNN, LSTM and GRU read the training modules once, character by character, and are then scored.

`python book/_experiments/characters.py` trains each cell at three learning rates from five seeds,
about twenty minutes on one core, and writes `characters.csv` beside this file; then it trains the
LSTM of the median seed again, at the rate that the validation modules chose, and ships it as
`characters.safetensors`, in half precision. The page on the character model reads both.

Every network: 128 units, 32 streams that read on side by side, gradients through 64 steps, Adam
with a rate that rises for 50 steps and then falls to 0 along a cosine, the gradient clipped to
norm 1, float32. It ends when each stream has read its share of the text once, as the n-grams do.
Scores are bits per character, on the first 10,000 characters of each validation module and of each
test module. All settings were fixed before the first run. The rate of a cell is chosen by its
validation median; the test modules choose nothing. The stored runs are of Python 3.11; the text of
the modules differs a little between versions.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file, save_file

from rnn_core import GRU, LSTM, RNN, data, heads, network, optim, schedules, sweep, train

CELLS = {"RNN": RNN, "GRU": GRU, "LSTM": LSTM}
GRID = {"cell": list(CELLS), "rate": [0.003, 0.01, 0.03]}
UNITS, STREAMS, STEPS, WARMUP = 128, 32, 64, 50
SCORED = ("validation", "test")
CHARACTERS = 10_000
SIGNS = len(data.PYTHON_ALPHABET)
MODEL = Path(__file__).with_suffix(".safetensors")


def text(split: str) -> str:
    """Return the modules of a split, one after the other; of those that are scored, the start."""
    end = CHARACTERS if split in SCORED else None
    return "".join(source.text[:end] for source in data.python_source(split))


def streams() -> np.ndarray:
    """Return the training text as `STREAMS` columns of equal length, shape (T + 1, B)."""
    codes = data.encode(text("train"))
    length = (len(codes) - 1) // STREAMS // STEPS * STEPS
    starts = np.arange(STREAMS) * length
    return codes[starts + np.arange(length + 1)[:, None]]


def batches(columns: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield the columns piece by piece: the characters, and those that follow them."""
    for start in range(0, len(columns) - 1, STEPS):
        piece = columns[start : start + STEPS + 1]
        yield data.one_hot(piece[:-1], dtype=np.float32), piece[1:]


def fit(rng: np.random.Generator, cell: str, rate: float) -> network.Model:
    """Return a network that has read the training text once."""
    parts = {"rng": rng, "dtype": np.float32}
    model = network.Model(CELLS[cell](SIGNS, UNITS, **parts), heads.Readout(UNITS, SIGNS, **parts))
    columns = streams()
    plan = schedules.warmup_cosine(rate, len(columns) // STEPS, WARMUP)
    train.train(
        model,
        batches(columns),
        heads.softmax_cross_entropy,
        optim.Adam(plan),
        carry_state=True,
        progress=False,
    )
    return model


def costs(model: network.Model, characters: str, piece: int = 5000) -> np.ndarray:
    """Return what each character but the first costs, in bits, read on from a state of zeros."""
    codes = data.encode(characters)
    state, found = None, []
    for start in range(0, len(codes) - 1, piece):
        part = codes[start : start + piece + 1]
        xs = data.one_hot(part[:-1, None], dtype=model.cell.dtype)
        trace, scores = model.forward(xs, state)
        logs = heads.log_softmax(scores.astype(np.float64))[:, 0]
        found.append(-logs[np.arange(len(part) - 1), part[1:]] / np.log(2))
        state = trace.end
    return np.concatenate(found)


def bits(model: network.Model, characters: str) -> float:
    """Return the mean bits per character."""
    return float(costs(model, characters).mean())


def run(rng: np.random.Generator, cell: str, rate: float) -> dict[str, float]:
    """Train one network; return its bits per character; infinity, if it blew up."""
    try:
        model = fit(rng, cell, rate)
    except FloatingPointError:
        return dict.fromkeys(SCORED, math.inf)
    return {split: bits(model, text(split)) for split in SCORED}


def table(seeds: Iterable[int] = range(5)) -> sweep.Table:
    """Run the grid with these seeds."""
    return sweep.sweep(run, GRID, seeds=seeds)


def chosen(found: sweep.Table, cell: str) -> sweep.Table:
    """Return the runs of a cell at the rate whose validation median is lowest."""
    medians = {
        rate: statistics.median(found.where(cell=cell, rate=rate)["validation"])
        for rate in GRID["rate"]
    }
    return found.where(cell=cell, rate=min(medians, key=lambda rate: medians[rate]))


def ship(found: sweep.Table) -> None:
    """Train the LSTM of the median seed again, and store it."""
    ranked = sorted(chosen(found, "LSTM"), key=lambda row: row["validation"])
    row = ranked[len(ranked) // 2]
    model = fit(np.random.default_rng(row["seed"]), "LSTM", row["rate"])
    save_file({name: value.astype(np.float16) for name, value in model.params.items()}, MODEL)


def load() -> network.Model:
    """Return the shipped LSTM, in single precision."""
    parts = {"rng": np.random.default_rng(0), "dtype": np.float32}
    model = network.Model(LSTM(SIGNS, UNITS, **parts), heads.Readout(UNITS, SIGNS, **parts))
    for name, value in load_file(MODEL).items():
        model.params[name][...] = value
    return model


if __name__ == "__main__":
    runs = table()
    runs.write_csv(Path(__file__).with_suffix(".csv"))
    ship(runs)
