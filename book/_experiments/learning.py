"""What the experiments on the formulas share: train a cell on a task until it is solved.

One set of rules for every cell: 32 units, batches of 32, Adam, the gradient clipped to norm 1, the
loss at the last step alone. Every 50 steps the model is judged by 256 sequences that it does not
train on. A run is solved, and ends, when 99 % of the answers are right (adding: when the mean
squared error is below 0.01). Its score is then measured on 2,000 sequences never used before.
"""

from __future__ import annotations

import math
from functools import partial

import numpy as np

from rnn_core import heads, optim, tasks
from rnn_core.network import Model
from rnn_core.train import train

UNITS, BATCH, EVERY = 32, 32, 50
# task: how it is drawn, its inputs, its scores
TASKS = {
    "adding, T = 40": (partial(tasks.adding, 40), 2, 1),
    "recall, T = 50": (partial(tasks.delayed_recall, 50), 16, 8),
    "recall, T = 20": (partial(tasks.delayed_recall, 20), 16, 8),
    "same alphabet, T = 20": (partial(tasks.delayed_recall, 20, same_alphabet=True), 8, 8),
}


def until_solved(cell, task: str, rng: np.random.Generator, lr: float, limit: int):
    """Train `cell` in place; return the steps it took (inf: not solved) and its score."""
    draw, _, scores = TASKS[task]
    adding = scores == 1
    model = Model(cell, heads.Readout(cell.hidden_size, scores, rng=rng, dtype=cell.dtype))
    draw = partial(draw, rng=rng, dtype=cell.dtype)
    held_out = draw(256)

    def judge(batch) -> float:
        xs, targets, _ = batch
        end = model.forward(xs)[1][-1]
        if adding:
            return float(((end - targets[-1]) ** 2).mean())
        return float((end.argmax(axis=-1) == targets[-1]).mean())

    def solved(step: int, *_) -> bool:
        if step % EVERY:
            return False
        score = judge(held_out)
        return score < 0.01 if adding else score >= 0.99

    loss = heads.mean_squared_error if adding else heads.softmax_cross_entropy
    batches = (draw(BATCH) for _ in range(limit))
    history = train(model, batches, loss, optim.Adam(lr), callback=solved, progress=False)
    steps = len(history.losses)
    found = steps < limit or solved(steps)
    return {"steps": steps if found else math.inf, "score": judge(draw(2000))}
