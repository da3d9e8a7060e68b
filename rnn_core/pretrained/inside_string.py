"""A small LSTM that reads Python one character at a time and says whether it is in a string.

`python -m rnn_core.pretrained.inside_string` trains it from five seeds, writes what each reached
to `inside_string.json` and ships the run whose validation F1 is the median. A run takes about a
minute on one core. `load` reads the shipped weights.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from .. import data, heads, optim, store
from ..cells import LSTM
from ..engine import sigmoid
from ..network import Model
from ..train import Loss, train
from .baselines import Score, never, odd_quotes, score, window_table

# What a reader needs; the rest is how the model was trained.
__all__ = ["follows", "load", "probability", "runs", "score_model"]

HERE = Path(__file__).parent
WEIGHTS, RUNS = HERE / "inside_string.safetensors", HERE / "inside_string.json"

UNITS, STEPS, LENGTH, WINDOWS, STREAMS, RATE = 12, 10000, 64, 8, 32, 0.01
WIDTH, SPLITS = 8, ("validation", "test")
LOSS: Loss = heads.logistic_cross_entropy


def load() -> Model:
    """Return the shipped model: a 12-unit LSTM with a logistic readout, in float64.

    Examples
    --------
    >>> load()
    Model(LSTM(98, 12), Readout(12, 1))
    """
    return store.load(WEIGHTS)


def runs() -> dict[str, Any]:
    """Return what the training script measured: each seed's scores, and which one ships.

    Examples
    --------
    >>> len(runs()["runs"])
    5
    """
    return json.loads(RUNS.read_text(encoding="utf-8"))


def follows() -> dict[str, Any]:
    """Return how closely each unit of the shipped model follows the string, for `GateStepper`.

    The correlations are those of the validation modules, so that the unit which is best there can
    be judged on the test modules.

    Examples
    --------
    >>> follows()["state"]
    'inside a string'
    """
    table = runs()
    chosen, judged = (np.array(table["unit_correlations"][split]) for split in SPLITS)
    best = int(np.abs(chosen).argmax())
    return {
        "name": "the string",
        "state": "inside a string",
        "r": chosen.tolist(),
        "measured_on": f"Measured on {table['characters']['validation']:,} characters of modules "
        f"held out for validation. The unit that is strongest there, unit {best}, has "
        f"{judged[best]:.4f} on the test modules. The model was trained to tell this, so a unit "
        "that follows it is no surprise.".replace("-", "\N{MINUS SIGN}"),
    }


def probability(model: Model, text: str) -> np.ndarray:
    """Return p(inside) after each character of `text`, read from a state of zeros, shape (T,).

    Examples
    --------
    >>> (probability(load(), "x = 'a'") > 0.5).astype(int)
    array([0, 0, 0, 0, 1, 1, 1])
    """
    _, scores = model.forward(data.one_hot(text, dtype=model.cell.dtype))
    return sigmoid(scores[:, 0, 0])


def score_model(model: Model, split: str) -> Score:
    """Score a model that says `inside` where its probability is above one half.

    Examples
    --------
    >>> score_model(load(), "test").f1 > 0.9
    True
    """
    return score(lambda text: probability(model, text) > 0.5, split)


def episodes(rng: np.random.Generator) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield batches without end, `WINDOWS` of them to an episode.

    An episode begins for each of `STREAMS` readers at the start of a line that is in no string,
    drawn at random; each batch is the next `LENGTH` characters. Train on them with
    `carry_state=True, reset_every=WINDOWS`.
    """
    sources = data.python_source("train")
    codes = np.concatenate([data.encode(source.text) for source in sources])
    inside = np.concatenate([source.inside for source in sources])
    ends = codes[: -WINDOWS * LENGTH] == data.PYTHON_ALPHABET.index("\n")
    starts = np.flatnonzero(ends & ~inside[: len(ends)]) + 1
    while True:
        at = rng.choice(starts, STREAMS) + np.arange(WINDOWS * LENGTH)[:, None]  # (steps, B)
        for part in np.split(at, WINDOWS):
            yield data.one_hot(codes[part], dtype=np.float32), inside[part]


def fit(seed: int, *, steps: int = STEPS, progress: bool = True) -> Model:
    """Train a model from nothing; the learning rate rises for 50 steps, then falls to 0."""
    rng = np.random.default_rng(seed)
    sizes = {"rng": rng, "dtype": np.float32}
    model = Model(LSTM(len(data.PYTHON_ALPHABET), UNITS, **sizes), heads.Readout(UNITS, 1, **sizes))

    def rate(step: int) -> float:
        return RATE * min(1, (step + 1) / 50) * 0.5 * (1 + np.cos(np.pi * step / steps))

    batches = (batch for batch, _ in zip(episodes(rng), range(steps), strict=False))
    train(
        model,
        batches,
        LOSS,
        optim.Adam(rate),
        progress=progress,
        carry_state=True,
        reset_every=WINDOWS,
    )
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


def _in_float64(model: Model) -> Model:
    rng = np.random.default_rng(0)
    wide = Model(LSTM(model.cell.input_size, UNITS, rng=rng), heads.Readout(UNITS, 1, rng=rng))
    for name, value in wide.params.items():
        value[...] = model.params[name]
    return wide


def measure(models: dict[int, Model]) -> dict[str, Any]:
    """Return what `inside_string.json` holds: every score, and the median run's correlations."""
    table: list[dict[str, Any]] = [
        {"seed": seed, **{split: score_model(model, split)._asdict() for split in SPLITS}}
        for seed, model in models.items()
    ]
    ranked = sorted(table, key=lambda run: run["validation"]["f1"])
    shipped = ranked[len(ranked) // 2]["seed"]
    rules = {"never": never, "odd_quotes": odd_quotes, "window_table": window_table(WIDTH)}
    return {
        "python": platform.python_version(),
        "units": UNITS,
        "steps": STEPS,
        "runs": table,
        "shipped_seed": shipped,
        "unit_correlations": {
            split: unit_correlations(models[shipped], split).tolist() for split in SPLITS
        },
        "baselines": {name: score(rule, "test")._asdict() for name, rule in rules.items()},
        "window_width": WIDTH,
        "characters": {
            split: sum(len(source.text) for source in data.python_source(split)) for split in SPLITS
        },
    }


def main(seeds: int = 5) -> None:
    """Train from each seed, write what each reached, and ship the median run."""
    models = {seed: fit(seed) for seed in range(seeds)}
    measured = measure(models)
    seed = measured["shipped_seed"]
    store.save(models[seed], WEIGHTS, note=f"inside-string LSTM, seed {seed} of {seeds}")
    RUNS.write_text(json.dumps(measured, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
