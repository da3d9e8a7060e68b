"""Who of nine men speaks? Recurrent networks on Japanese Vowels, settings chosen by validation.

`python book/_experiments/speech.py` writes `speech.csv` (about five minutes of one core).

A network of 32 units reads the 12 numbers of each frame and has a readout of nine scores. Three
ways to train it (`loss`):

- "last": cross-entropy at the last frame of an utterance, where it has heard everything;
- "every": cross-entropy at every frame, each counting the same;
- "mean": cross-entropy of the mean score of an utterance; only for the cell "frame", which has no
  recurrence: tanh(W x + b) of each frame alone.

Every run: Adam, 32 utterances an update, the gradient clipped to norm 1. Three rates and the
epochs 25, 50 and 100 are tried. A run trains twice from the same start: on 216 utterances of the
training split, judged on the other 54 (six of each speaker; the same for all runs), and on all 270,
judged on the test split. The columns `loss_…` and `valid_…` are of the first training, `test_…` of
the second, each after so many epochs. `chosen` takes the rate and the epochs with the lowest median
validation loss; it never sees a column of the test. Inputs are standardised by the mean and the
deviation of the frames trained on.

All of this was fixed before the first run. Nothing was changed after a look.

For other pages: `accuracy("GRU", rng, epochs=50, rate=0.005)` trains on all 270 utterances and
returns the accuracy on the test split. `baselines` has the classifiers of scikit-learn that the
page compares, with the strength of the penalty chosen on the same validation utterances.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from rnn_core import GRU, LSTM, RNN, data, heads, optim, sweep
from rnn_core.network import Model
from rnn_core.padding import mask_of
from rnn_core.train import train

CELLS = {"RNN": RNN, "LSTM": LSTM, "GRU": GRU, "frame": RNN}
RECURRENT = ["RNN", "LSTM", "GRU"]
D, K, UNITS, BATCH, HELD_OUT, POINTS = 12, 9, 32, 32, 54, 10
EPOCHS, RATES = (25, 50, 100), [0.002, 0.005, 0.015]
ARMS = [
    *(
        {"cell": cell, "loss": loss}
        for cell in ("RNN", "LSTM", "GRU")
        for loss in ("last", "every")
    ),
    {"cell": "frame", "loss": "mean"},
]
GRID = [arm | {"rate": rate} for arm in ARMS for rate in RATES]


class Speech(NamedTuple):
    """Utterances xs (T, B, 12), the speaker of each, and how many frames each has."""

    xs: np.ndarray
    labels: np.ndarray
    lengths: np.ndarray

    def take(self, columns: np.ndarray) -> Speech:
        """Return some of the utterances."""
        return Speech(self.xs[:, columns], self.labels[columns], self.lengths[columns])

    def frames(self) -> np.ndarray:
        """Return all frames, one after the other, shape (N, 12)."""
        return self.xs.swapaxes(0, 1)[mask_of(self.lengths, len(self.xs)).T == 1]

    def cut(self, heard: int) -> Speech:
        """Return the first frames of each utterance only."""
        return Speech(self.xs[:heard], self.labels, np.minimum(self.lengths, heard))


@functools.cache
def load(split: str) -> Speech:
    """Read one split."""
    return Speech(*data.japanese_vowels(split))


def halves(speech: Speech) -> tuple[Speech, Speech]:
    """Cut training utterances in two: to fit, and to choose settings."""
    from sklearn.model_selection import train_test_split

    columns = np.arange(len(speech.labels))
    by = {"stratify": speech.labels, "random_state": 0}
    fit, valid = train_test_split(columns, test_size=HELD_OUT, **by)
    return speech.take(fit), speech.take(valid)


class Scale:
    """Mean 0 and deviation 1 of each coefficient over some frames."""

    def __init__(self, speech: Speech) -> None:
        frames = speech.frames()
        self.mean, self.deviation = frames.mean(axis=0), frames.std(axis=0)

    def __call__(self, speech: Speech) -> Speech:
        """Return utterances in these units; zeros stay after the end."""
        real = mask_of(speech.lengths, len(speech.xs))[..., None]
        xs = (speech.xs - self.mean) / self.deviation
        return speech._replace(xs=xs * real)


def batches(speech: Speech, loss: str, epochs: int, rng: np.random.Generator) -> Iterator[tuple]:
    """Yield batches as `train` takes them, in a new order in each epoch."""
    T, B, _ = speech.xs.shape
    for _ in range(epochs):
        for columns in np.array_split(rng.permutation(B), round(B / BATCH)):
            xs, labels, lengths = part = speech.take(columns)
            mask = mask_of(lengths, T).astype(float)
            if loss == "mean":  # one step, and all frames of the batch as its batch
                owner = np.repeat(np.arange(len(columns)), lengths)
                yield part.frames()[None], (owner, labels)
                continue
            if loss == "last":
                mask *= np.arange(T)[:, None] == lengths - 1
            yield xs, np.tile(labels, (T, 1)), mask, lengths


def mean_score(scores: np.ndarray, targets: tuple) -> tuple[float, np.ndarray]:
    """Return the cross-entropy of the mean score of each utterance, and its gradient."""
    owner, labels = targets
    total = np.zeros((1, len(labels), K))
    np.add.at(total[0], owner, scores[0])
    counts = np.bincount(owner)[:, None]
    value, gradient = heads.softmax_cross_entropy(total / counts, labels[None])
    return value, (gradient / counts)[:, owner]


def new_model(cell: str, rng: np.random.Generator, units: int = UNITS) -> Model:
    """Return an untrained network."""
    return Model(CELLS[cell](D, units, rng=rng), heads.Readout(units, K, rng=rng))


def scores(model: Model, cell: str, speech: Speech) -> np.ndarray:
    """Return the nine scores after each frame (T, B, 9), from that frame and those before it."""
    if cell != "frame":
        return model.forward(speech.xs)[1]
    T, B, _ = speech.xs.shape
    alone = model.forward(speech.xs.reshape(1, T * B, D))[1].reshape(T, B, K)
    return alone.cumsum(axis=0) / np.arange(1, T + 1)[:, None, None]


def at_end(scored: np.ndarray, speech: Speech) -> np.ndarray:
    """Return the scores after the last frame of each utterance, (B, 9)."""
    return scored[speech.lengths - 1, np.arange(len(speech.lengths))]


def right(scored: np.ndarray, speech: Speech) -> float:
    """Return the share of utterances whose speaker has the highest score at the end."""
    return float((at_end(scored, speech).argmax(axis=-1) == speech.labels).mean())


def fit(
    cell: str,
    loss: str,
    speech: Speech,
    rng: np.random.Generator,
    *,
    rate: float,
    epochs: int,
    units: int = UNITS,
    watch=None,
) -> Model:
    """Return a network trained on standardised utterances.

    `watch` is shown the number of epochs done and the network, after each of `EPOCHS`.
    """
    model = new_model(cell, rng, units)
    by_epoch = round(speech.xs.shape[1] / BATCH)

    def each(step: int, *_) -> None:
        if watch and step % by_epoch == 0 and step // by_epoch in EPOCHS:
            watch(step // by_epoch, model)

    measure = mean_score if loss == "mean" else heads.softmax_cross_entropy
    drawn = batches(speech, loss, epochs, rng)
    train(model, drawn, measure, optim.Adam(rate), callback=each, progress=False)
    return model


def accuracy(
    cell: str,
    rng: np.random.Generator,
    *,
    epochs: int,
    rate: float,
    units: int = UNITS,
    loss: str = "last",
) -> float:
    """Train on the whole training split; return the share of test utterances told right."""
    known, test = load("train"), load("test")
    scale = Scale(known)
    model = fit(cell, loss, scale(known), rng, rate=rate, epochs=epochs, units=units)
    test = scale(test)
    return right(scores(model, cell, test), test)


def run(rng: np.random.Generator, cell: str, loss: str, rate: float) -> dict[str, float]:
    """Train one network twice; return what it reached on validation and on test utterances."""
    seed = int(rng.integers(2**32))
    known, test = load("train"), load("test")
    part, valid = halves(known)
    found: dict[str, float] = {}

    def judge_valid(epochs: int, model: Model) -> None:
        scored, judged = scores(model, cell, scale(valid)), scale(valid)
        value, _ = heads.softmax_cross_entropy(at_end(scored, judged)[None], valid.labels[None])
        found[f"loss_{epochs}"] = value
        found[f"valid_{epochs}"] = right(scored, judged)

    def judge_test(epochs: int, model: Model) -> None:
        found[f"test_{epochs}"] = right(scores(model, cell, scale(test)), test)

    for speech, watch in ((part, judge_valid), (known, judge_test)):
        scale = Scale(speech)
        again = np.random.default_rng(seed)
        fit(cell, loss, scale(speech), again, rate=rate, epochs=EPOCHS[-1], watch=watch)
    names = [f"{what}_{n}" for what in ("loss", "valid", "test") for n in EPOCHS]
    return {name: found[name] for name in names}


def chosen(table: sweep.Table, cell: str, loss: str) -> tuple[float, int]:
    """Return the rate and the epochs with the lowest median validation loss."""
    tried = {
        (rate, n): np.median(table.where(cell=cell, loss=loss, rate=rate)[f"loss_{n}"])
        for rate in RATES
        for n in EPOCHS
    }
    return min(tried, key=lambda setting: tried[setting])


def mean(speech: Speech) -> np.ndarray:
    """Return the mean frame of each utterance, (B, 12); padding must be 0."""
    return speech.xs.sum(axis=0) / speech.lengths[:, None]


def mean_and_spread(speech: Speech) -> np.ndarray:
    """Return the mean and the standard deviation over the frames of each utterance, (B, 24)."""
    real = mask_of(speech.lengths, len(speech.xs))[..., None]
    off = (speech.xs - mean(speech)) * real
    return np.hstack([mean(speech), np.sqrt((off**2).sum(axis=0) / speech.lengths[:, None])])


def resampled(speech: Speech) -> np.ndarray:
    """Return utterances at ten evenly spaced times, (B, 120)."""
    rows = []
    for b, length in enumerate(speech.lengths):
        at = np.linspace(0, length - 1, POINTS)
        low = np.floor(at).astype(int)
        high, part = np.minimum(low + 1, length - 1), (at - low)[:, None]
        x = speech.xs[:, b]
        rows.append(((1 - part) * x[low] + part * x[high]).ravel())
    return np.array(rows)


def prefixes(speech: Speech) -> Speech:
    """Return every utterance as it is after 1, 2, … frames, each with its speaker."""
    owner = np.repeat(np.arange(len(speech.lengths)), speech.lengths)
    heard = np.concatenate([np.arange(1, n + 1) for n in speech.lengths])
    xs = speech.xs[:, owner] * mask_of(heard, len(speech.xs))[..., None]
    return Speech(xs, speech.labels[owner], heard)


def warped(a: Speech, b: Speech) -> np.ndarray:
    """Return the distances of the utterances of a to those of b.

    Dynamic time warping: the least sum of squared distances of frames
    paired in order, where either side may wait for the other.
    """
    pairs = (len(a.lengths), len(b.lengths))
    total: np.ndarray = np.zeros(pairs)
    above: list[np.ndarray] = []
    for i, x in enumerate(a.xs):
        row: list[np.ndarray] = []
        for j, y in enumerate(b.xs):
            d = (x**2).sum(axis=1)[:, None] - 2 * x @ y.T
            d += (y**2).sum(axis=1)
            ways = row[j - 1 : j] + above[max(0, j - 1) : j + 1]
            row.append(d + np.min(ways, axis=0) if ways else d)
            ends = np.ix_(a.lengths == i + 1, b.lengths == j + 1)
            total[ends] = row[j][ends]
        above = row
    return total


PENALTIES = (0.01, 0.1, 1.0, 10.0, 100.0)  # C of the logistic regression; for ridge, 1 / alpha


def classifier(kind: str, C: float):
    """Return an unfitted classifier of scikit-learn with its own standardisation."""
    from sklearn.linear_model import LogisticRegression, RidgeClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    if kind == "ridge":
        return make_pipeline(StandardScaler(), RidgeClassifier(alpha=1 / C))
    return make_pipeline(StandardScaler(), LogisticRegression(C=C, max_iter=3000))


def tune(kind: str, features, speech: Speech, *, every_prefix: bool = False):
    """Choose C on the validation utterances; return C and the classifier fitted on all of them."""
    grow = prefixes if every_prefix else lambda some: some
    part, valid = (grow(half) for half in halves(speech))

    def wrong(C: float) -> float:
        made = classifier(kind, C).fit(features(part), part.labels)
        return 1 - made.score(features(valid), valid.labels)

    C = min(PENALTIES, key=wrong)  # the smallest C of equals: the strongest penalty
    whole = grow(speech)
    return C, classifier(kind, C).fit(features(whole), whole.labels)


BASELINES = {
    "ridge, mean": ("ridge", mean),
    "logistic, mean": ("logistic", mean),
    "logistic, mean and spread": ("logistic", mean_and_spread),
    "logistic, ten points": ("logistic", resampled),
}


def baselines(known: Speech, test: Speech) -> dict[str, tuple[float, float]]:
    """Return C and the accuracy on the test utterances of each of `BASELINES`."""
    found = {}
    for name, (kind, features) in BASELINES.items():
        C, made = tune(kind, features, known)
        found[name] = C, float(made.score(features(test), test.labels))
    return found


def table(seeds: Iterable[int] = range(5)) -> sweep.Table:
    """Run the grid with these seeds."""
    return sweep.sweep(run, GRID, seeds=seeds, n_jobs=1)


if __name__ == "__main__":
    table().write_csv(Path(__file__).with_suffix(".csv"))
