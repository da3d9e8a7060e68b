"""A small LSTM that reads Python one character at a time and says whether it is in a string.

`python -m rnn_core.pretrained.inside_string` trains it from five seeds, writes what each reached
to `inside_string.json` and ships the run whose validation F1 is the median. A run takes about a
minute on one core. `load` reads the shipped weights.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from .. import data, heads, optim, store
from ..cells import LSTM
from ..engine import sigmoid
from ..network import Model
from ..train import Loss, train

HERE = Path(__file__).parent
WEIGHTS, RUNS = HERE / "inside_string.safetensors", HERE / "inside_string.json"

UNITS, STEPS, LENGTH, STREAMS, RATE = 12, 10000, 64, 32, 0.01
LOSS: Loss = heads.logistic_cross_entropy

Predict = Callable[[str], np.ndarray]


class Score(NamedTuple):
    """How well a method marks the characters inside strings: F1 is of the class `inside`."""

    accuracy: float
    f1: float


def load() -> Model:
    """Return the shipped model: a 12-unit LSTM with a logistic readout, in float64."""
    return store.load(WEIGHTS)


def runs() -> dict[str, Any]:
    """Return what the training script measured: each seed's scores, and which one ships."""
    return json.loads(RUNS.read_text(encoding="utf-8"))


def probability(model: Model, text: str) -> np.ndarray:
    """Return p(inside) after each character of `text`, read from a state of zeros, shape (T,)."""
    _, scores = model.forward(data.one_hot(text, dtype=model.cell.dtype))
    return sigmoid(scores[:, 0, 0])


def score(predict: Predict, split: str) -> Score:
    """Score a method that marks each character of a text, over all the modules of a split.

    Parameters
    ----------
    predict : callable
        Takes a text of T characters, returns T truth values.
    split : "train", "validation" or "test"
    """
    sources = data.python_source(split)
    said = np.concatenate([predict(source.text) for source in sources]).astype(bool)
    true = np.concatenate([source.inside for source in sources])
    hits = int((said & true).sum())
    return Score(float((said == true).mean()), 2 * hits / max(1, int(said.sum() + true.sum())))


def score_model(model: Model, split: str) -> Score:
    """Score a model that says `inside` where its probability is above one half."""
    return score(lambda text: probability(model, text) > 0.5, split)


def never(text: str) -> np.ndarray:
    """Say that no character is inside a string, the larger class (a baseline)."""
    return np.zeros(len(text), bool)


def odd_quotes(text: str) -> np.ndarray:
    """Say `inside` after an odd number of quotes in the line so far (a baseline by hand)."""
    quote = np.array([character in "'\"" for character in text])
    line = np.cumsum([0] + [character == "\n" for character in text[:-1]])
    count = np.cumsum(quote)
    first = np.searchsorted(line, line)  # where the line of each character begins
    in_line = count - (count - quote)[first]
    return (in_line % 2 == 1) | quote


def window_table(width: int) -> Predict:
    """Learn from the training modules what usually holds after the last `width` characters.

    A window that was never seen falls back to its last `width − 1` characters, and so on: the
    best that any rule could do that sees no further (a baseline).

    Parameters
    ----------
    width : int, from 1 to 9

    Returns
    -------
    callable
        Takes a text, returns a truth value for each character.
    """
    if not 1 <= width <= 9:
        raise ValueError(f"width must be from 1 to 9; got {width}")
    sources = data.python_source("train")
    tables = []
    for k in range(1, width + 1):
        seen = np.concatenate([_windows(source.text, k) for source in sources])
        inside = np.concatenate([source.inside for source in sources])
        windows, which = np.unique(seen, return_inverse=True)
        share = np.bincount(which, inside) / np.bincount(which)
        tables.append((windows, share > 0.5))

    def predict(text: str) -> np.ndarray:
        said = np.zeros(len(text), bool)
        for k, (windows, answer) in enumerate(tables, start=1):
            asked = _windows(text, k)
            at = np.searchsorted(windows, asked).clip(max=len(windows) - 1)
            said = np.where(windows[at] == asked, answer[at], said)
        return said

    return predict


def streams(rng: np.random.Generator) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield batches without end: `STREAMS` readers that each go on where they stopped.

    The modules are put in a random order, joined, and cut in `STREAMS` equal parts; a batch is
    the next `LENGTH` characters of each part. Train on them with `carry_state=True`.
    """
    sources = data.python_source("train")
    sources = [sources[k] for k in rng.permutation(len(sources))]
    codes = np.concatenate([data.encode(source.text) for source in sources])
    inside = np.concatenate([source.inside for source in sources])
    length = len(codes) // STREAMS
    codes, inside = (a[: STREAMS * length].reshape(STREAMS, length).T for a in (codes, inside))
    while True:
        for first in range(0, length - LENGTH + 1, LENGTH):
            part = slice(first, first + LENGTH)
            yield data.one_hot(codes[part], dtype=np.float32), inside[part]


def fit(seed: int, *, steps: int = STEPS, progress: bool = True) -> Model:
    """Train a model from nothing; the learning rate rises for 50 steps, then falls to 0."""
    rng = np.random.default_rng(seed)
    sizes = {"rng": rng, "dtype": np.float32}
    model = Model(LSTM(len(data.PYTHON_ALPHABET), UNITS, **sizes), heads.Readout(UNITS, 1, **sizes))

    def rate(step: int) -> float:
        return RATE * min(1, (step + 1) / 50) * 0.5 * (1 + np.cos(np.pi * step / steps))

    batches = (batch for batch, _ in zip(streams(rng), range(steps), strict=False))
    train(model, batches, LOSS, optim.Adam(rate), carry_state=True, progress=progress)
    return _in_float64(model)


def unit_correlations(model: Model, split: str) -> np.ndarray:
    """Return each unit's correlation of c_t with being inside a string, shape (H,)."""
    cs, inside = [], []
    for source in data.python_source(split):
        trace, _ = model.forward(data.one_hot(source.text, dtype=model.cell.dtype))
        cs.append(trace.c[:, 0])
        inside.append(source.inside)
    columns = np.concatenate(cs).T  # (H, characters)
    return np.corrcoef(columns, np.concatenate(inside))[-1, :-1]


def _windows(text: str, width: int) -> np.ndarray:
    """Return the last `width` characters at each place as one number in base 98 + 1."""
    codes, base = data.encode(text).astype(np.uint64) + 1, len(data.PYTHON_ALPHABET) + 1
    padded = np.concatenate([np.zeros(width - 1, np.uint64), codes])
    number = np.zeros(len(codes), np.uint64)
    for k in range(width):
        number = number * np.uint64(base) + padded[k : k + len(codes)]
    return number


def _in_float64(model: Model) -> Model:
    rng = np.random.default_rng(0)
    wide = Model(LSTM(model.cell.input_size, UNITS, rng=rng), heads.Readout(UNITS, 1, rng=rng))
    for name, value in wide.params.items():
        value[...] = model.params[name]
    return wide


def main(seeds: int = 5) -> None:
    """Train from each seed, write what each reached, and ship the median run."""
    models = {seed: fit(seed) for seed in range(seeds)}
    table = [
        {
            "seed": seed,
            **{f"validation_{k}": v for k, v in score_model(model, "validation")._asdict().items()},
            **{f"test_{k}": v for k, v in score_model(model, "test")._asdict().items()},
        }
        for seed, model in models.items()
    ]
    shipped = sorted(table, key=lambda row: row["validation_f1"])[seeds // 2]["seed"]
    store.save(models[shipped], WEIGHTS, note=f"inside-string LSTM, seed {shipped}, {STEPS} steps")
    about = {
        "python": platform.python_version(),
        "units": UNITS,
        "steps": STEPS,
        "shipped_seed": shipped,
        "runs": table,
    }
    RUNS.write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
