"""An RNN and an LSTM learn temporal order, from the same batches, and are watched at it.

Two symbols, X or Y each, stand far apart in a sequence of 100; at its end the network says which
they were, in order. `python -m rnn_core.pretrained.temporal_order` trains both cells from five
seeds, writes what each run reached to `temporal_order.json`, and ships the recordings of one seed:
the one whose LSTM took the median number of steps.
`load` reads the shipped recordings.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from .. import init, optim, replay, tasks
from ..cells import LSTM, RNN
from ..heads import Readout
from ..network import Model
from ..replay import Recording

# What a reader needs; the rest is how the models were trained.
__all__ = ["load", "marks", "note", "run", "runs"]

HERE = Path(__file__).parent
RECORDINGS, RUNS = HERE / "temporal_order.safetensors", HERE / "temporal_order.json"

T, UNITS, BATCH, HELD_OUT = 100, 32, 32, 256
AT = tuple(range(0, 313, 8))  # 40 steps to look at
LSTM_RATE, RNN_RATES = 0.005, (0.001, 0.003)
LONGER_AT = tuple(range(0, 1249, 104))  # four times as long, for the RNN
SOLVED = 0.99
SYMBOLS = "abcdXYEB"


def load() -> dict[str, Recording]:
    """Return the shipped recordings, by cell.

    Examples
    --------
    >>> {name: one.reached(0.99) for name, one in load().items()}
    {'RNN': None, 'LSTM': 160}
    """
    return replay.load(RECORDINGS)


def runs() -> dict[str, Any]:
    """Return what the script measured: what each seed reached, and which one ships.

    Examples
    --------
    >>> len(runs()["runs"])
    5
    """
    return json.loads(RUNS.read_text(encoding="utf-8"))


def note() -> str:
    """Return in words how the five seeds did, and with which settings.

    Examples
    --------
    >>> note()[:22]
    'Temporal order, T = 10'
    """
    table = runs()
    lstm = [run["LSTM"] for run in table["runs"]]
    rnn = [run["RNN"][str(table["rnn_rate"])] for run in table["runs"]]
    longer = [one for run in table["runs"] for one in run["RNN, longer"].values()]
    taken = sorted(one["solved"] for one in lstm if one["solved"])
    one_rate, other = RNN_RATES
    return (
        f"Temporal order, T = {T}; {UNITS} units, Adam, the same batches of {BATCH} for both; "
        f"solved is the first time at {100 * SOLVED:g} % of {HELD_OUT} held-out sequences"
        f"{_back(table['shipped_seed'])}. LSTM, chrono biases, "
        f"rate {table['lstm_rate']:g}: {_solved(lstm)} seeds, after {taken[0]} to {taken[-1]} "
        f"steps. RNN, orthogonal, rate {table['rnn_rate']:g}, the better of {one_rate:g} and "
        f"{other:g}: {_solved(rnn)}; in {table['longer']} steps, at both rates, {_solved(longer)}, "
        f"the best at {100 * max(one['best'] for one in longer):.0f} %. Of the five seeds, "
        f"{table['shipped_seed']} is the median by the LSTM’s steps."
    )


def _back(seed: int) -> str:
    """Return in words how far the shipped LSTM fell back after the first time, if it did."""
    one = load()["LSTM"]
    first = int(np.flatnonzero(one.accuracy >= SOLVED)[0])
    low = first + int(one.accuracy[first:].argmin())
    if one.accuracy[low] >= SOLVED:
        return ""
    ends = [f"{100 * one.accuracy[at]:.0f} % at step {one.steps[at]}" for at in (first, low)]
    return f"; a run can fall back after it, as seed {seed} from {ends[0]} to {ends[1]}"


def _solved(runs: list[dict[str, Any]]) -> str:
    return f"{sum(one['solved'] is not None for one in runs)} of {len(runs)}"


def held_out() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the sequences that every run is judged by: those of a seed no run trains with."""
    return tasks.temporal_order(T, HELD_OUT, rng=np.random.default_rng(1_000_000))


def example() -> int:
    """Return which held-out sequence is shown: the first whose two symbols differ."""
    answers = held_out()[1][-1]
    return int(np.flatnonzero((answers == 1) | (answers == 2))[0])


def marks() -> dict[int, str]:
    """Return where the two symbols of the example stand, and which they are.

    Examples
    --------
    >>> sorted(marks().values())
    ['X', 'Y']
    """
    codes = held_out()[0][:, example()].argmax(axis=-1)
    return {int(t): SYMBOLS[codes[t]] for t in np.flatnonzero((codes == 4) | (codes == 5))}


def twin() -> np.ndarray:
    """Return the example with Y in place of its first symbol if that is X, else with X, (T, D)."""
    xs = held_out()[0][:, example()].copy()
    first = min(marks())
    xs[first, 4:6] = xs[first, 5:3:-1]
    return xs


def new_model(kind: str, seed: int) -> Model:
    """Return an untrained model: orthogonal matrices from h, and chrono biases in the LSTM."""
    rng = np.random.default_rng(seed)
    cell = RNN(8, UNITS, rng=rng) if kind == "RNN" else LSTM(8, UNITS, rng=rng)
    init.recurrent(cell, init.orthogonal, rng=rng)
    if kind == "LSTM":
        init.chrono(cell, T, rng=rng)
    return Model(cell, Readout(UNITS, 4, rng=rng))


def batches(seed: int) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Yield batches without end, the same for both cells of a seed."""
    rng = np.random.default_rng(1000 + seed)
    while True:
        yield tasks.temporal_order(T, BATCH, rng=rng)


def one(kind: str, seed: int, rate: float, at: tuple[int, ...] = AT) -> Recording:
    """Return the recording of one cell."""
    model, adam = new_model(kind, seed), optim.Adam(rate)
    return replay.record(
        model, batches(seed), adam, held_out=held_out(), at=at, example=example(), twin=twin()
    )


def run(seed: int, *, at: tuple[int, ...] = AT) -> dict[str, Recording]:
    """Train both cells from a seed and return what was seen, by cell.

    The RNN has the better of the two learning rates that the script tried.

    Parameters
    ----------
    seed : int
    at : tuple of int
        The steps to look at; training ends at the last.

    Examples
    --------
    >>> run(0, at=(0, 2))["LSTM"]
    <Recording LSTM N=2 T=100: tanh_c i f o>
    """
    table = runs()
    rates = {"RNN": table["rnn_rate"], "LSTM": table["lstm_rate"]}
    return {kind: one(kind, seed, rate, at) for kind, rate in rates.items()}


def reached(recording: Recording) -> dict[str, Any]:
    """Return how a run did: when it solved the task, its best accuracy, and where it ended."""
    return {
        "solved": recording.reached(SOLVED),
        "best": float(recording.accuracy.max()),
        "loss": float(recording.loss[-1]),
    }


def measure(seed: int) -> tuple[dict[str, Any], dict[str, Recording]]:
    """Return what a seed reached, as `temporal_order.json` holds it, and its recordings."""
    lstm = one("LSTM", seed, LSTM_RATE)
    rnns = {rate: one("RNN", seed, rate) for rate in RNN_RATES}
    longer = {rate: one("RNN", seed, rate, LONGER_AT) for rate in RNN_RATES}
    table = {
        "seed": seed,
        "LSTM": reached(lstm),
        "RNN": {str(rate): reached(rnn) for rate, rnn in rnns.items()},
        "RNN, longer": {str(rate): reached(rnn) for rate, rnn in longer.items()},
    }
    return table, {"LSTM": lstm} | {str(rate): rnn for rate, rnn in rnns.items()}


def main(seeds: int = 5) -> None:
    """Train from each seed, write what each reached, and ship the median run."""
    tables, recordings = zip(*map(measure, range(seeds)), strict=True)
    # The RNN gets the rate with which its best accuracy, on average over the seeds, is higher.
    mean = {r: np.mean([t["RNN"][str(r)]["best"] for t in tables]) for r in RNN_RATES}
    rnn_rate = max(RNN_RATES, key=lambda rate: mean[rate])
    never = AT[-1] + 1
    ranked = sorted(range(seeds), key=lambda seed: tables[seed]["LSTM"]["solved"] or never)
    seed = ranked[seeds // 2]
    table = {
        "steps": AT[-1],
        "longer": LONGER_AT[-1],
        "lstm_rate": LSTM_RATE,
        "rnn_rate": rnn_rate,
        "shipped_seed": seed,
        "runs": tables,
    }
    RUNS.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")
    chosen = recordings[seed]
    replay.save({"RNN": chosen[str(rnn_rate)], "LSTM": chosen["LSTM"]}, RECORDINGS)


if __name__ == "__main__":
    main()
