"""What does a network learn from labels alone, and what if it is told their times as well?

`python book/_experiments/ctc.py` trains GRUs on the tones of the page on CTC, with five seeds, and
writes `ctc.csv`. Each setting has the same 800 updates of 16 sequences, Adam, and the gradient
clipped to norm 1. `loss` is "ctc" (labels only) or "frames" (cross-entropy with the true symbol of
each frame); `directions` is 1 (a GRU of 32 units) or 2 (two GRUs of 22, which read both ways).

The task and the three rates were fixed before the first run. After a look at single runs with a
seed that is not in the table, the noise went from 0.7 to 0.5, the updates from 400 to 800, and two
GRUs of 16 became two of 22, so that both kinds have as many parameters.

Both losses are decoded alike, by the best path, on 200 sequences never trained on. A row has the
label error rate after 100, 200, 400 and 800 updates; at the end also the rate if labels that stand
for less than three frames are dropped (no tone is shorter), the share of sequences without an
error, and the share of frames that show the blank (with "frames": silence).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

from rnn_core import GRU, decoding, heads, optim, sweep
from rnn_core.ctc import ctc
from rnn_core.network import Bidirectional, Model
from rnn_core.train import train

STEPS, SYMBOLS, NOISE = 48, 4, 0.5
UNITS = {1: 32, 2: 22}  # with the readout 3,717 and 3,789 parameters
BATCH, UPDATES, JUDGED = 16, 800, (100, 200, 400, 800)
GRID = {"loss": ["ctc", "frames"], "directions": [1, 2], "rate": [0.003, 0.01, 0.03]}

Tones = tuple[np.ndarray, list[list[int]], np.ndarray]  # heard, labels, symbol of each frame
Watch = Callable[[int, Model, Tones], object]


def tones(batch: int, rng: np.random.Generator) -> Tones:
    """Return what is heard (T, B, 4), the labels, the symbol of each frame.

    A symbol sounds for 3 to 8 frames in its own channel; then there are 1
    to 4 frames of silence, 0 in the last array. All channels have noise.
    """
    frames, labels = np.zeros((STEPS, batch), int), []
    for b in range(batch):
        row, t = [], rng.integers(1, 5)
        while t + (n := rng.integers(3, 9)) <= STEPS:
            row.append(int(rng.integers(1, SYMBOLS + 1)))
            frames[t : t + n, b] = row[-1]
            t += n + rng.integers(1, 5)
        labels.append(row)
    clean = np.eye(SYMBOLS + 1)[frames][:, :, 1:]
    return clean + NOISE * rng.normal(size=clean.shape), labels, frames


def segment(heard: np.ndarray) -> list[int]:
    """Return the labels of the most probable tones and silences, knowing how `tones` draws them.

    This reads one sequence (T, 4) and is told what no network is: the levels, the noise and all
    lengths. `best[t]` belongs to the best way to have a tone, or the end, begin at frame t.
    """
    ends = len(heard) + 5
    sound = np.vstack([np.zeros(SYMBOLS), np.cumsum((heard - 0.5) / NOISE**2, axis=0)])
    best = np.full(ends, -np.inf)
    best[1:5] = 0
    before: dict[int, tuple[int, int]] = dict.fromkeys(range(1, 5), (0, 0))
    for t in range(1, len(heard) - 2):
        for n in range(3, min(9, len(heard) - t + 1)):
            gain = sound[t + n] - sound[t]  # of log p, for each symbol, over silence
            score = best[t] + gain.max() - np.log(SYMBOLS * 6 * 4)
            for to in range(t + n + 1, t + n + 5):
                if score > best[to]:
                    best[to], before[to] = score, (t, int(gain.argmax()) + 1)
    # The end is where a tone did not fit: with 7 frames left, 1 of the 6 lengths, and so on.
    last = np.arange(len(heard) - 7, ends)
    t = int(last[np.argmax(best[last] + np.log1p(-np.clip(len(heard) - last - 2, 0, 6) / 6))])
    labels = []
    while before[t][0]:
        t, label = before[t]
        labels.append(label)
    return labels[::-1]


def new_model(directions: int, rng: np.random.Generator) -> Model:
    """Return an untrained GRU, or two that read both ways, with a readout."""
    cells = [GRU(SYMBOLS, UNITS[directions], rng=rng) for _ in range(directions)]
    cell = cells[0] if directions == 1 else Bidirectional(*cells)
    return Model(cell, heads.Readout(cell.hidden_size, SYMBOLS + 1, rng=rng))


def drop_short(path: np.ndarray, shortest: int) -> np.ndarray:
    """Return a path in which each run of fewer frames than that is silence."""
    starts = np.flatnonzero(np.diff(path, prepend=-1))
    lengths = np.diff(np.append(starts, len(path)))
    return np.repeat(np.where(lengths < shortest, 0, path[starts]), lengths)


def fit(
    rng: np.random.Generator,
    loss: str,
    directions: int,
    rate: float,
    watch: Watch,
) -> Model:
    """Return a trained network.

    `watch` is shown the step, the network and 200 sequences held out.
    """
    model, held_out = new_model(directions, rng), tones(200, rng)
    by_labels = loss == "ctc"
    measure = ctc if by_labels else heads.softmax_cross_entropy
    drawn = (tones(BATCH, rng) for _ in range(UPDATES))
    batches = ((x, k if by_labels else frames) for x, k, frames in drawn)

    def each(step: int, *_) -> None:
        watch(step, model, held_out)

    adam = optim.Adam(rate)
    train(model, batches, measure, adam, callback=each, progress=False)
    return model


def run(rng: np.random.Generator, loss: str, directions: int, rate: float):
    """Train one network; return what it reached."""
    found: dict[str, float] = {}

    def judge(step: int, model: Model, held_out: Tones) -> None:
        if step not in JUDGED:
            return
        heard, labels, _ = held_out
        best = model.forward(heard)[1].argmax(axis=-1)
        read = [decoding.collapse(path) for path in best.T]
        long = [decoding.collapse(drop_short(path, 3)) for path in best.T]
        found[f"ler_{step}"] = decoding.label_error_rate(read, labels)
        found["ler_long"] = decoding.label_error_rate(long, labels)
        found["exact"] = float(np.mean([a == b for a, b in zip(read, labels, strict=True)]))
        found["blank"] = float((best == 0).mean())

    fit(rng, loss, directions, rate, judge)
    return {f"ler_{step}": found[f"ler_{step}"] for step in JUDGED} | found


def table(seeds: Iterable[int] = range(5)) -> sweep.Table:
    """Run the grid with these seeds."""
    return sweep.sweep(run, GRID, seeds=seeds)


if __name__ == "__main__":
    table().write_csv(Path(__file__).with_suffix(".csv"))
