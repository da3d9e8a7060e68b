"""RNN, LSTM and GRU on three tasks: as many parameters, as many updates, as much time.

`python book/_experiments/choosing.py` writes `choosing.csv` (about fifteen minutes of one core);
`python book/_experiments/choosing.py cost` measures what an update costs, and writes nothing.

Three tasks of the applications, with the data, the batches and the judging of their scripts:

- "tagging" (`deeper.py`): pieces of Python source, the class of every character from those up to
  it. The error is the share of characters with the wrong class.
- "vowels" (`speech.py`): which of nine men speaks, by the last frame. The error is the share of
  utterances; the validation column has the cross-entropy, since 54 utterances are few. As there, a
  run trains twice, on all but these 54 for the validation and on all for the test.
- "series" (`series.py`): Mackey-Glass, 30 steps ahead, from windows of 40. The error is the mean
  absolute error in standard deviations.

The LSTM of a task has the width in `UNITS`; RNN and GRU have the width that comes nearest to its
number of parameters. Every run: Adam at a rate that rises and falls (`warmup_cosine`), 32 pieces,
utterances or windows an update, the gradient clipped to norm 1, the biases of `rnn_core` (1 on the
LSTM's forget gate). Budgets:

- "updates": as many updates as the LSTM has in `UPDATES`;
- "time": as much time as these take the LSTM, by the ratios in `COST`. The LSTM is that of
  "updates" and has no row here.

`COST` is the median over 150 rounds of the ratio within a round, in which each cell in turn trains
on the same two batches; processor time, one process, one thread, before the first run. It is in the
table as a column, and the same in each row of a cell.

Fixed beforehand: tasks, widths, updates, and the rates 0.003, 0.01 and 0.03 for all cells. After a
look at the validation column of these, in which LSTM and GRU were mostly best at the highest rate,
0.1 was added for all cells on the two tasks whose runs are short. After a first look at its speed,
"vowels" went from 400 to 240 updates. A third budget, three times the time, was planned, not run.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from time import process_time
from typing import Any

import deeper
import numpy as np
import series
import speech

from rnn_core import GRU, LSTM, RNN, heads, optim, schedules, sweep
from rnn_core.network import Model
from rnn_core.train import train

CELLS = {"RNN": RNN, "LSTM": LSTM, "GRU": GRU}
MATRICES = {"RNN": 1, "LSTM": 4, "GRU": 3}  # of each kind in one cell
PLANNED = [0.003, 0.01, 0.03]
RATES = {"tagging": PLANNED, "vowels": [*PLANNED, 0.1], "series": [*PLANNED, 0.1]}
READER = "one layer"  # of `deeper`: reads from the left, answers at once
SHAPES = {"tagging": (deeper.D, deeper.K), "vowels": (speech.D, speech.K), "series": (1, 1)}
UNITS = {"tagging": 48, "vowels": 24, "series": 24}  # of the LSTM; the others as many parameters
UPDATES = {"tagging": 300, "vowels": 240, "series": 1000}  # of the LSTM
GLASS = series.TASKS["glass, 30"]
WINDOW = GLASS.reads
COST = {  # of one update, the LSTM's being 1
    "tagging": {"RNN": 0.90, "LSTM": 1.0, "GRU": 0.86},
    "vowels": {"RNN": 0.72, "LSTM": 1.0, "GRU": 0.93},
    "series": {"RNN": 0.63, "LSTM": 1.0, "GRU": 0.91},
}


def size(cell: str, inputs: int, units: int, outputs: int) -> int:
    """Return the number of parameters of a cell with its readout."""
    return MATRICES[cell] * units * (inputs + units + 1) + outputs * (units + 1)


def units(task: str, cell: str) -> int:
    """Return the width whose number of parameters is nearest to that of the task's LSTM."""
    inputs, outputs = SHAPES[task]
    wanted = size("LSTM", inputs, UNITS[task], outputs)
    return min(range(1, 1000), key=lambda n: abs(size(cell, inputs, n, outputs) - wanted))


def updates(task: str, cell: str, budget: str) -> int:
    """Return the updates of a budget: "updates" or "time"."""
    return UPDATES[task] if budget == "updates" else round(UPDATES[task] / COST[task][cell])


def settings() -> Iterator[dict[str, Any]]:
    """Yield the settings of the table; in "time" the LSTM is that of "updates"."""
    for task in SHAPES:
        for budget in ("updates", "time"):
            for cell in CELLS:
                if (budget, cell) == ("time", "LSTM"):
                    continue
                for rate in RATES[task]:
                    made = {"units": units(task, cell), "updates": updates(task, cell, budget)}
                    yield {"task": task, "budget": budget, "cell": cell, **made, "rate": rate}


GRID = list(settings())


def new_model(task: str, cell: str, rng: np.random.Generator) -> Model:
    """Return an untrained network."""
    if task == "vowels":
        return speech.new_model(cell, rng, units(task, cell))
    inputs, outputs = SHAPES[task]
    made: dict[str, Any] = {"rng": rng, "dtype": np.float32}
    layer = CELLS[cell](inputs, units(task, cell), **made)
    return Model(layer, heads.Readout(layer.hidden_size, outputs, **made))


def fit(model: Model, batches: Iterator[tuple], loss: Any, updates: int, rate: float) -> Model:
    """Train a network by the rules that hold for all."""
    slope = schedules.warmup_cosine(rate, updates, warmup=20)
    train(model, islice(batches, updates), loss, optim.Adam(slope), progress=False)
    return model


def run_tagging(rng: np.random.Generator, cell: str, updates: int, rate: float) -> dict:
    """Return the share of characters tagged wrong."""
    drawn = deeper.batches(READER, rng, updates)
    model = new_model("tagging", cell, rng)
    fit(model, drawn, heads.softmax_cross_entropy, updates, rate)

    def wrong(split: str) -> float:
        at, said = deeper.answers(model, READER, split)
        return float((said != deeper.text(split).labels[at]).mean())

    return {"validation": wrong("validation"), "test": wrong("test")}


def run_vowels(rng: np.random.Generator, cell: str, updates: int, rate: float) -> dict:
    """Return the cross-entropy on validation utterances, and the share of test ones told wrong."""
    seed = int(rng.integers(2**32))
    known, test = speech.load("train"), speech.load("test")
    part, valid = speech.halves(known)

    def trained(on: speech.Speech) -> tuple[Model, speech.Scale]:
        again, scale = np.random.default_rng(seed), speech.Scale(on)
        drawn = speech.batches(scale(on), "last", updates, again)
        model = new_model("vowels", cell, again)
        return fit(model, drawn, heads.softmax_cross_entropy, updates, rate), scale

    model, scale = trained(part)
    end = speech.at_end(speech.scores(model, cell, scale(valid)), valid)
    loss, _ = heads.softmax_cross_entropy(end[None], valid.labels[None])
    model, scale = trained(known)
    right = speech.right(speech.scores(model, cell, scale(test)), test)
    return {"validation": loss, "test": 1 - right}


@functools.cache
def glass(split: str) -> tuple[np.ndarray, np.ndarray]:
    """Return all windows (WINDOW, B, 1) of a split, and the value 30 steps behind each, (B, 1).

    The unit is the standard deviation of the values that are trained on.
    """
    values = series.load("glass")
    fit = len(values) - GLASS.test - GLASS.valid
    parts = {"train": (0, fit), "validation": (fit, fit + GLASS.valid)}
    parts["test"] = (fit + GLASS.valid, len(values))
    values = (values - values[:fit].mean()) / values[:fit].std()
    seen, asked = series.windows(GLASS, values, *parts[split])
    return seen.astype(np.float32).T[..., None], asked.astype(np.float32)


def windows(rng: np.random.Generator, updates: int) -> Iterator[tuple]:
    """Yield batches of windows of the training part, judged at their last step."""
    xs, after = glass("train")
    mask = np.zeros((WINDOW, 32))
    mask[-1] = 1
    for _ in range(updates):
        drawn = rng.integers(len(after), size=32)
        yield xs[:, drawn], np.tile(after[drawn], (WINDOW, 1, 1)), mask


def run_series(rng: np.random.Generator, cell: str, updates: int, rate: float) -> dict:
    """Return the mean absolute error, 30 steps ahead."""
    model = new_model("series", cell, rng)
    fit(model, windows(rng, updates), heads.mean_squared_error, updates, rate)

    def off(split: str) -> float:
        xs, after = glass(split)
        return float(abs(model.forward(xs)[1][-1] - after).mean())

    return {"validation": off("validation"), "test": off("test")}


LOSS = dict.fromkeys(SHAPES, heads.softmax_cross_entropy) | {"series": heads.mean_squared_error}


def draw(task: str, rng: np.random.Generator, updates: int) -> Iterator[tuple]:
    """Yield batches of the training part of a task."""
    if task == "tagging":
        return deeper.batches(READER, rng, updates)
    if task == "series":
        return windows(rng, updates)
    part, _ = speech.halves(speech.load("train"))
    return islice(speech.batches(speech.Scale(part)(part), "last", updates, rng), updates)


def cost(task: str, rounds: int = 40) -> dict[str, np.ndarray]:
    """Measure the processor seconds of one update of each cell, shape (rounds,), in turns."""
    rng = np.random.default_rng(0)
    models = {cell: new_model(task, cell, rng) for cell in CELLS}
    drawn = list(draw(task, rng, 2))
    took = np.empty((rounds, len(CELLS)))
    for row in took:
        for k, cell in enumerate(CELLS):
            start = process_time()
            train(models[cell], drawn, LOSS[task], optim.Adam(1e-3), progress=False)
            row[k] = (process_time() - start) / len(drawn)
    return dict(zip(CELLS, took.T, strict=True))


RUN = {"tagging": run_tagging, "vowels": run_vowels, "series": run_series}


def run(
    rng: np.random.Generator,
    task: str,
    budget: str,
    cell: str,
    units: int,
    updates: int,
    rate: float,
) -> dict[str, float]:
    """Train one network; return its errors and what one update costs, the LSTM's being 1."""
    found = RUN[task](rng, cell, updates, rate)
    return {name: round(value, 6) for name, value in found.items()} | {"cost": COST[task][cell]}


def chosen(table: sweep.Table, task: str, budget: str, cell: str) -> tuple[float, list[float]]:
    """Return the rate with the lowest median error on validation, and its test errors by seed."""
    if (budget, cell) == ("time", "LSTM"):
        budget = "updates"  # the LSTM's time is the unit
    found = table.where(task=task, budget=budget, cell=cell)
    rates = sorted(set(found["rate"]))
    best = min(rates, key=lambda rate: np.median(found.where(rate=rate)["validation"]))
    return best, found.where(rate=best)["test"]


def table(seeds: Iterable[int] = range(5)) -> sweep.Table:
    """Run the grid with these seeds."""
    return sweep.sweep(run, GRID, seeds=seeds, n_jobs=1)


if __name__ == "__main__":
    if sys.argv[1:] == ["cost"]:
        for each in SHAPES:
            took = cost(each, rounds=150)
            ratios = {cell: np.median(seconds / took["LSTM"]) for cell, seconds in took.items()}
            print(each, {cell: round(float(ratio), 2) for cell, ratio in ratios.items()})
    else:
        table().write_csv(Path(__file__).with_suffix(".csv"))
