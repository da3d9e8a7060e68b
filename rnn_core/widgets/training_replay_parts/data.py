"""What a training replay shows, as one compact dictionary.

Numbers are rounded here, once; those that stand in a sentence travel as its words. The figure is
drawn from the dictionary, as its script does, so both show what was sent.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np

from rnn_core import checks, palette
from rnn_core.replay import Recording

from ..charts import CELL_LOOKS
from ..packing import pack, shown, superscript

UNSIGNED = "iforz"  # letters of what lies between 0 and 1
SHADES, LAST_SHADE = 3, 6  # a state is one of 7 shades: −3 … 3, or 0 … 6 less 3
CHANGE, CHANGES = "change", (0.03, 0.1, 0.3)
FOUND = 0.99  # the accuracy whose first time is marked
EVERY = 4  # the error signal is kept at every fourth step of a sequence
NAMES = {k: f"{k}, {look.name}" for k, look in palette.LOOKS.items()}
NAMES |= {"tanh_c": "tanh c, cell state"}


def build(
    recordings: Mapping[str, Recording],
    marks: Mapping[int, str],
    chance: float | None,
    note: str,
    seed: int | None,
) -> dict[str, Any]:
    """Return the data of a training replay; the arguments are those of `TrainingReplay`."""
    first = _agreeing(recordings)
    count = first.norms.shape[1]
    marks = {checks.index("marks", t, count): str(sign) for t, sign in sorted(marks.items())}
    since = next(iter(marks), 0)
    times = sorted({*range(0, count, EVERY), since, count - 1})
    cells = {name: _cell(one, times, since) for name, one in recordings.items()}
    lowest = min(float(_left(one)[:, times].min()) for one in recordings.values())
    highest = max(float(_left(one)[:, times].max()) for one in recordings.values())
    return {
        "steps": [int(step) for step in first.steps],
        "T": count,
        "marks": [[t, sign] for t, sign in marks.items()],
        "chance": None if chance is None else checks.fraction("chance", chance),
        "note": checks.instance("note", note, str)
        + ("" if seed is None else f" Shown here: seed {seed}."),
        "times": times,
        "since": times.index(since),
        "floor": 2 * math.floor(min(-1, lowest) / 2),
        "top": max(0, math.ceil(highest)),
        "most": math.ceil(2 * max(float(np.max(one.loss)) for one in recordings.values())) / 2,
        "names": {k: NAMES.get(k, k) for one in recordings.values() for k in one.states}
        | {CHANGE: f"effect of {next(iter(marks.values()), 'the change')}"},
        "unsigned": UNSIGNED,
        "looks": _looks(recordings),
        "cells": cells,
    }


def _agreeing(recordings: Mapping[str, Recording]) -> Recording:
    """Return the first recording, once all were looked at."""
    if not isinstance(recordings, Mapping) or not 1 <= len(recordings) <= len(CELL_LOOKS):
        raise ValueError(
            f"recordings must be 1 to {len(CELL_LOOKS)} by name; got {recordings!r:.60}"
        )
    for name, one in recordings.items():
        checks.instance(f"recordings[{name!r}]", one, Recording)
        if len(one.steps) < 2:
            raise ValueError(f"recordings[{name!r}] must be of 2 steps or more; got {one!r}")
    for (_, one), (name, other) in pairwise(recordings.items()):
        same = np.array_equal(one.steps, other.steps)
        if not same or one.norms.shape != other.norms.shape:
            raise ValueError(
                "recordings must be of the same steps of training and the same length; "
                f"got {other!r} as {name!r} beside {one!r}"
            )
    return next(iter(recordings.values()))


def _looks(recordings: Mapping[str, Recording]) -> dict[str, str]:
    """Return the letter whose look each recording has: its cell's, or one that is free."""
    looks: dict[str, str] = {}
    for name, one in recordings.items():
        own = [CELL_LOOKS[one.kind]] if one.kind in CELL_LOOKS else []
        looks[name] = next(k for k in (*own, *"chz") if k not in looks.values())
    return looks


def _left(one: Recording) -> np.ndarray:
    """Return log10 of how much of the last step's gradient is left at each step, (N, T)."""
    return one.norms - one.norms[:, -1:]


def _cell(one: Recording, times: list[int], since: int) -> dict[str, Any]:
    left = _left(one)
    return {
        "units": [int(unit) for unit in one.units],
        "loss": pack(np.rint(1000 * one.loss).astype(int)),
        "accuracy": pack(np.rint(1000 * one.accuracy).astype(int)),
        "left": pack(np.rint(100 * left[:, times]).astype(int)),
        "found": one.reached(FOUND),
        "right": [percent(value) for value in one.accuracy],
        "sure": [percent(value) for value in one.sure],
        "reach": [share(value) for value in left[:, since]],
        "states": {k: pack(_shades(k, values)) for k, values in one.states.items()}
        | {CHANGE: pack(_change_shades(one.change))},
    }


def _shades(letter: str, values: np.ndarray) -> np.ndarray:
    """Return states as shades from −3 to 3: of 0 … 1 for a gate, of −1 … 1 for all else."""
    if letter in UNSIGNED:
        return np.rint(LAST_SHADE * values).astype(int) - SHADES
    return np.rint(SHADES * np.clip(values, -1, 1)).astype(int)


def _change_shades(change: np.ndarray) -> np.ndarray:
    """Return changes as shades from −3 to 3, each for about a threefold."""
    return np.sign(change).astype(int) * np.searchsorted(CHANGES, np.abs(change), side="right")


def percent(value: float) -> str:
    """Return a share in percent, to one decimal.

    Examples
    --------
    >>> percent(0.2617)
    '26.2 %'
    """
    return f"{shown(round(1000 * float(value)), 1)} %"


def share(exponent: float) -> str:
    """Return 10^exponent in words.

    Examples
    --------
    >>> [share(exponent) for exponent in (0.1, -1.4, -3.3, -5.9, -10.6)]
    ['130 %', '4.0 %', '1 part in 2,000', '1 part in 790,000', '1 part in 10¹¹']
    """
    if exponent >= -2:
        value = 100 * 10 ** float(exponent)
        return f"{value:.1f} %" if value < 10 else f"{float(f'{value:.2g}'):.0f} %"
    if exponent < -6:
        return f"1 part in 10{superscript(round(-float(exponent)))}"
    return f"1 part in {float(f'{10 ** -float(exponent):.2g}'):,.0f}"
