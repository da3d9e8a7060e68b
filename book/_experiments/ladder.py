"""The classic ladder: seven tasks, each read by RNN, LSTM and GRU from five seeds.

`python book/_experiments/ladder.py` runs everything, some 25 minutes on one core, and writes
ladder.csv beside itself. The page code/ladder.ipynb reads the table and repeats one arm.

One set of rules for all: 32 units, batches of 32 fresh sequences, float32, Adam, the gradient
clipped to norm 1, at most 1500 updates. Every 50 updates the model is judged by 256 other sequences
(16 streams of 500 symbols for continual Reber). A run has solved its task at the first check at
which 99 % of the answers that need memory are right (adding: at which the mean squared error is
below 0.01; aⁿbⁿ: at which all strings from n = 1 to 10 are right from start to end), and it stops
there. `score` is then measured on sequences never used before: the share of right answers, the
error for adding, the share of the ten strings for aⁿbⁿ.

Continual Reber is trained on streams of 5,000 symbols in pieces of 50, the state carried from piece
to piece; it is tested on streams that start from a state of zeros, as new streams do in training.

aⁿbⁿ alone does not stop when it is solved, for the question is what it does beyond: all 1500
updates are made, and `reach` is the largest N ≤ 200 such that every n from 1 to N is right at the
end.

Two learning rates, the same for all cells, were fixed beforehand, and so was everything else but
the length of the copy task: 4 symbols were not copied by any cell from one seed that is not in the
table, so there are 3. The bias is that of the gate that keeps: of f in the LSTM, of 1 − z in the
GRU.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from initialisation import make

from rnn_core import heads, optim, sweep, tasks
from rnn_core.network import Model
from rnn_core.train import train

BATCH, MOST, EVERY, HELD_OUT, SEEN, FAR = 32, 1500, 50, 256, 10, 200
PIECE, RESET, STREAMS, STREAM = 50, 100, 16, 500
OUTER = [tasks.REBER_SYMBOLS.index(symbol) for symbol in "TP"]

ARMS = [
    ("RNN", "orthogonal"),
    ("RNN", "orthogonal × 1.3"),
    ("LSTM", "bias 1"),
    ("LSTM", "chrono"),
    ("GRU", "bias 1"),
    ("GRU", "chrono"),
]
RATES = [0.001, 0.005]


class Task(NamedTuple):
    """How a task is drawn and judged, and the span for which chrono prepares a cell."""

    draw: Callable[..., tuple]
    judge: Callable[[Model, tuple], float]
    span: int
    loss: Callable[..., tuple[float, np.ndarray]] = heads.softmax_cross_entropy
    solved: Callable[[float], bool] = lambda score: score >= 0.99


def at_the_end(model: Model, batch: tuple) -> float:
    """Return the share of sequences that the last step classifies correctly."""
    scores = model.forward(batch[0])[1][-1]
    return float((scores.argmax(axis=-1) == batch[1][-1]).mean())


def error(model: Model, batch: tuple) -> float:
    """Return the mean squared error at the last step."""
    return float(((model.forward(batch[0])[1][-1] - batch[1][-1]) ** 2).mean())


def outer_symbol(model: Model, batch: tuple) -> float:
    """Return the share of right answers where the outer symbol comes back."""
    xs, targets, _, lengths = batch
    where = lengths - 2, np.arange(len(lengths))
    scores = model.forward(xs, lengths=lengths)[1]
    return float((scores.argmax(axis=-1)[where] == targets[where]).mean())


def outer_in_stream(model: Model, batch: tuple) -> float:
    """Return the same for a stream, wherever only T or only P may follow."""
    xs, targets, _ = batch
    alone = tasks.reber_legal(xs, 1).sum(axis=-1) == 1
    right = model.forward(xs)[1].argmax(axis=-1) == targets
    return float(right[alone & np.isin(targets, OUTER)].mean())


def copied(model: Model, batch: tuple) -> float:
    """Return the share of right symbols where there is something to write."""
    xs, targets, _ = batch
    answer = targets < xs.shape[2] - 2
    return float((model.forward(xs)[1].argmax(axis=-1) == targets)[answer].mean())


def reads(model: Model, n: int) -> bool:
    """Say whether all of aⁿbⁿ is read by the rules."""
    rng = np.random.default_rng(0)
    xs, *_ = tasks.counting(n, 1, rng=rng, smallest=n, dtype=np.float32)
    with np.errstate(over="ignore", invalid="ignore"):  # a ReLU may grow without bound
        scores = model.forward(xs)[1]
    if not np.isfinite(scores).all():
        return False
    return bool(tasks.legal_on_top(scores, tasks.counting_legal(xs)).all())


def counted(model: Model, batch: tuple | None = None) -> float:
    """Return the share of right strings among the ten of the training range."""
    return sum(reads(model, n) for n in range(1, SEEN + 1)) / SEEN


def reach(model: Model) -> int:
    """Return the largest N, at most 200, such that every n from 1 to N is read by the rules."""
    return next((n - 1 for n in range(1, FAR + 1) if not reads(model, n)), FAR)


EMBEDDED, CONTINUAL, ADDING, ORDER = "embedded Reber", "continual Reber", "adding", "temporal order"
RECALL, COPY, COUNTING = "delayed recall", "copy", "aⁿbⁿ"
TASKS = {
    EMBEDDED: Task(partial(tasks.embedded_reber, 3), outer_symbol, 30),
    CONTINUAL: Task(partial(tasks.continual_reber, STREAM), outer_in_stream, 30),
    ADDING: Task(
        partial(tasks.adding, 40), error, 40, heads.mean_squared_error, lambda score: score < 0.01
    ),
    ORDER: Task(partial(tasks.temporal_order, 100), at_the_end, 100),
    RECALL: Task(partial(tasks.delayed_recall, 100), at_the_end, 100),
    COPY: Task(partial(tasks.copy, 20, symbols=4, length=3), copied, 26),
    COUNTING: Task(partial(tasks.counting, SEEN), counted, 20),
}
GRID = [
    {"task": task, "cell": cell, "start": start, "rate": rate}
    for task in TASKS
    for cell, start in ARMS + [("RNN", "identity, ReLU")] * (task == COUNTING)
    for rate in RATES
]


def batches(task: str, rng: np.random.Generator) -> Iterator[tuple]:
    """Yield the batches of a run; those of continual Reber are pieces of long streams."""
    draw = partial(TASKS[task].draw, rng=rng, dtype=np.float32)
    if task != CONTINUAL:
        yield from (draw(BATCH) for _ in range(MOST))
        return
    for _ in range(MOST // RESET):
        stream = tasks.continual_reber(PIECE * RESET, BATCH, rng=rng, dtype=np.float32)
        for start in range(0, PIECE * RESET, PIECE):
            yield tuple(part[start : start + PIECE] for part in stream)


def run(
    rng: np.random.Generator, task: str, cell: str, start: str, rate: float
) -> dict[str, float]:
    """Train one model; return the updates to success (inf: none), its score, and its reach."""
    of = TASKS[task]
    draw = partial(of.draw, rng=rng, dtype=np.float32)
    several = STREAMS if task == CONTINUAL else HELD_OUT
    held_out = draw(several)
    outputs = int(held_out[1].max()) + 1 if of.loss is heads.softmax_cross_entropy else 1
    model = make(cell, start, held_out[0].shape[2], outputs, of.span, rng)
    found = math.inf

    def check(step: int, *_: Any) -> bool:
        nonlocal found
        if step % EVERY == 0 and found == math.inf and of.solved(of.judge(model, held_out)):
            found = step
        return found < math.inf and task != COUNTING

    carry = {"carry_state": True, "reset_every": RESET} if task == CONTINUAL else {}
    adam = optim.Adam(rate)
    train(model, batches(task, rng), of.loss, adam, callback=check, progress=False, **carry)
    result = {"steps": found, "score": of.judge(model, draw(4 * several))}
    if task == COUNTING:
        result["reach"] = reach(model)
    return result


def table(seeds: Iterable[int] = range(5), **how: Any) -> sweep.Table:
    """Run the grid with these seeds; `how` goes to `sweep`."""
    return sweep.sweep(run, GRID, seeds=seeds, **how)


if __name__ == "__main__":
    table().write_csv(Path(__file__).with_suffix(".csv"))
