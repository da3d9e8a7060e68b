"""Who speaks, before he has finished? Accuracy against the number of frames heard.

`python book/_experiments/speech_online.py` writes `speech_online.csv` (about three minutes of one
core). It needs `speech.csv`: rates and epochs are those that `speech.chosen` takes there, by
validation utterances.

Each reader is trained on the whole training split and judged on test utterances of which only the
first 1, 2, 3, … frames are given; an utterance with fewer frames is given whole. Readers:

- RNN, LSTM, GRU, trained at the last frame ("last") or at every frame ("every"): one pass;
- "frame": the network without recurrence, its scores averaged over the frames so far;
- "ten points": scikit-learn's logistic regression on the frames so far, resampled at ten times,
  trained on whole utterances ("whole"), on every prefix of every training utterance ("prefix"), or
  29 of them, one for each number of frames, trained on training utterances cut there ("each");
- "mean": the same on the mean of the frames so far.

The logistic regressions have no seed: their rows are five times the same. C was chosen on the
validation utterances, cut in the same way as those trained on. Columns: `heard_n`, the accuracy
after n frames, and `speaker_k`, the share of the utterances of speaker k told right at the end.
All of this was fixed before the first run.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import speech

from rnn_core import sweep

HEARD = (1, 2, 3, 4, 5, 7, 10, 14, 20, 29)
FEATURES = {"ten points": speech.resampled, "mean": speech.mean}
HOW = ("whole", "prefix", "each")
GRID = [
    *({"reader": arm["cell"], "trained": arm["loss"]} for arm in speech.ARMS),
    *({"reader": reader, "trained": how} for reader in FEATURES for how in HOW),
]


@functools.cache
def logistic(reader: str, trained: str, heard: int):
    """Return a logistic regression for so many frames; only "each" depends on the number."""
    known = speech.load("train")
    part = known.cut(heard) if trained == "each" else known
    prefix = trained == "prefix"
    return speech.tune("logistic", FEATURES[reader], part, every_prefix=prefix)[1]


def network(reader: str, trained: str, rng: np.random.Generator) -> tuple:
    """Return a network trained with the chosen settings, and its scale."""
    table = sweep.read_csv(Path(__file__).with_name("speech.csv"))
    rate, epochs = speech.chosen(table, reader, trained)
    known = speech.load("train")
    scale = speech.Scale(known)
    return speech.fit(reader, trained, scale(known), rng, rate=rate, epochs=epochs), scale


def judge(says: Callable[[int], np.ndarray], test: speech.Speech) -> dict[str, float]:
    """Return the columns; `says` takes a number of frames and returns who speaks, (B,)."""
    found = {f"heard_{n}": float((says(n) == test.labels).mean()) for n in HEARD}
    right = says(HEARD[-1]) == test.labels
    return found | {f"speaker_{k}": float(right[test.labels == k].mean()) for k in range(speech.K)}


def run(rng: np.random.Generator, reader: str, trained: str) -> dict[str, float]:
    """Train one reader; return its accuracy after each number of frames."""
    test = speech.load("test")
    if reader in FEATURES:

        def says(n: int) -> np.ndarray:
            made = logistic(reader, trained, n if trained == "each" else 0)
            return made.predict(FEATURES[reader](test.cut(n)))

        return judge(says, test)
    model, scale = network(reader, trained, rng)
    scored = speech.scores(model, reader, scale(test))
    return judge(lambda n: speech.at_end(scored, test.cut(n)).argmax(axis=-1), test)


def table(seeds: Iterable[int] = range(5)) -> sweep.Table:
    """Run the grid with these seeds."""
    return sweep.sweep(run, GRID, seeds=seeds, n_jobs=1)


if __name__ == "__main__":
    table().write_csv(Path(__file__).with_suffix(".csv"))
