"""What a text reading view shows, as one compact dictionary."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from rnn_core import checks
from rnn_core.glyphs import glyphs
from rnn_core.trace import Trace

from ..packing import pack, rounded, shown
from ..stepper.data import Follows, _follows, _truth

LETTERS = "chifgozrn"  # what may be shown, in this order
FIRST = "cfhiogzrn"  # what is shown first, where there is no room for all
MOST = 21_000  # numbers in one page
LEVELS = 8  # shades on either side of zero


def build(
    trace: Trace,
    text: str | Sequence[str],
    batch: int = 0,
    letters: str | None = None,
    units: Sequence[int] | None = None,
    truth: Any = None,
    state: str = "true",
    follows: Follows | Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the data of a text reading view; the arguments are those of `TextView`."""
    steps, batches, width = checks.instance("trace", trace, Trace).h.shape
    signs, names = glyphs(text, steps)
    batch = checks.index("batch", batch, batches)
    units = _units(units, width)
    letters = _letters(letters, trace, steps * len(units))
    values = {k: trace[k][:, batch][:, units].astype(float) for k in letters}
    for k, value in values.items():
        checks.finite(f"trace[{k!r}]", value)
    true = None if truth is None else _truth(truth, steps)
    measured = None if follows is None else _measured(follows, width, units)
    return {
        "kind": trace.kind,
        "T": steps,
        "units": units,
        "signs": signs,
        "names": names,
        "values": {k: pack(rounded(value, 2)) for k, value in values.items()},
        "truth": true,
        "state": measured["state"] if measured else checks.instance("state", state, str),
        "r": {k: _correlations(value, true) for k, value in values.items()} if true else None,
        "follows": measured,
    }


def _units(units: Sequence[int] | None, width: int) -> list[int]:
    if units is None:
        return list(range(width))
    chosen = [checks.index("units", unit, width) for unit in checks.sequence("units", units)]
    if not chosen or len(set(chosen)) < len(chosen):
        raise ValueError(f"units must be one or more different units; got {units!r:.60}")
    return chosen


def _letters(letters: str | None, trace: Trace, size: int) -> str:
    """Return the letters to send; where none are asked for, as many as there is room for."""
    known = "".join(k for k in LETTERS if k in trace.arrays)
    if letters is None:
        kept = [k for k in FIRST if k in known][: max(1, MOST // size)]
        letters = "".join(k for k in known if k in kept)
    checks.instance("letters", letters, str)
    if not letters or len(set(letters)) < len(letters) or not set(letters) <= set(known):
        raise ValueError(f"letters must be some of {known}, each once; got {letters!r}")
    if len(letters) * size > MOST:
        raise ValueError(
            f"text, units and letters must make at most {MOST:,} numbers; got "
            f"{len(letters) * size:,}: show fewer letters, choose units, or shorten the text"
        )
    return letters


def _correlations(values: np.ndarray, truth: str) -> list[str]:
    """Return each unit's correlation with the truth over this text, as a reader sees it."""
    true = np.array([int(digit) for digit in truth])
    moves = values.std(axis=0) > 1e-12
    found = np.full(values.shape[1], np.nan)
    if moves.any() and true.std() > 0:
        found[moves] = np.corrcoef(values[:, moves].T, true)[-1, :-1]
    return _said(found)


def _measured(follows: Follows | Mapping[str, Any], width: int, units: list[int]) -> dict[str, Any]:
    """Return correlations that were measured elsewhere, of the units shown."""
    checked = _follows(follows, width)
    r = checked["r"][units]
    return checked | {"r": _said(r), "best": units[int(np.abs(r).argmax())]}


def _said(correlations: np.ndarray) -> list[str]:
    defined = np.isfinite(correlations)
    numbers = rounded(np.where(defined, correlations, 0), 2).tolist()
    return [
        shown(n, 2) if known else "not defined" for n, known in zip(numbers, defined, strict=True)
    ]


def shade(hundredth: int, letter: str) -> str:
    """Return how strongly a value is drawn, in eighths with its sign, as text_view.js does."""
    value = math.tanh(hundredth / 100) if letter == "c" else hundredth / 100
    size = math.floor(LEVELS * min(1.0, abs(value)) + 0.5)
    return f"-{size}" if hundredth < 0 else str(size)
