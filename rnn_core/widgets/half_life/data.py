"""The half-lives a bias gives, those chrono initialisation spreads, and those a trace shows."""

from __future__ import annotations

import copy
import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from rnn_core import LSTM, checks, diagnostics, init
from rnn_core.cell import Cell
from rnn_core.engine import sigmoid
from rnn_core.trace import Trace

from ..packing import pack, rounded

BIASES = tuple(round(-2 + 0.1 * k, 1) for k in range(91))
T_MAXES = (10, 14, 20, 30, 50, 70, 100, 140, 200, 300, 500, 700, 1000)
BIAS_RANGE = (-2.0, 8.0)
T_MAX_RANGE = (3, 3000)
FIRST, LAST, BINS = -0.6, 3.4, 32  # log10 of the half-lives on the axis, and bars along it


def build(
    biases: Iterable[float],
    t_maxes: Iterable[int],
    units: int,
    rng: np.random.Generator,
    used: np.ndarray | None,
) -> dict[str, Any]:
    """Return what the figure shows; half-lives travel as tenths, f as millionths."""
    biases, t_maxes = sorted(biases), sorted(t_maxes)
    spreads = chrono_half_lives(t_maxes, units, rng)
    middle = [[s.min(), np.median(s), s.max()] for s in spreads]
    return {
        "bias": biases,
        "said": [spelled(bias) for bias in biases],
        "keep": pack(rounded(sigmoid(np.array(biases)), 6)),
        "half": pack(rounded(diagnostics.half_life_of_bias(biases), 1)),
        "t_max": t_maxes,
        "units": units,
        "counts": pack(np.array([counts(s) for s in spreads])),
        "spread": pack(rounded(np.array(middle), 1)),
        "used": None if used is None else [tenths(value) for value in used.tolist()],
    }


def chrono_half_lives(
    t_maxes: Iterable[int], units: int, rng: np.random.Generator
) -> list[np.ndarray]:
    """Return, for each t_max, the half-lives (units,) of forget gates that `init.chrono` started.

    The generator is left as it was, so that each t_max stretches the same draw.
    """
    lstm, lives = LSTM(1, units, rng=np.random.default_rng(0)), []
    for t_max in t_maxes:
        init.chrono(lstm, t_max, rng=copy.deepcopy(rng))
        lives.append(diagnostics.half_life_of_bias(lstm.params["b_f"]))
    return lives


def used_half_lives(cell: Any, trace: Any) -> np.ndarray | None:
    """Return the half-life (H,) of each unit of `cell` over `trace`; None where both are None."""
    if cell is None and trace is None:
        return None
    trained: Cell = checks.instance("cell", cell, Cell)
    return diagnostics.half_lives(trained, checks.instance("trace", trace, Trace))


def kept_letter(cell: Any) -> str:
    """Return the gate that says what is kept: "z" in a GRU and its like, else "f"."""
    return "z" if cell is not None and "z" in cell.letters else "f"


def counts(half_lives: np.ndarray) -> np.ndarray:
    """Return how many half-lives fall under each bar; those beyond an end go to the last bar."""
    place = (np.log10(half_lives) - FIRST) / (LAST - FIRST) * BINS
    return np.bincount(np.clip(place.astype(int), 0, BINS - 1), minlength=BINS)


def tenths(value: float) -> int | None:
    """Return a half-life as tenths; None where it is infinite."""
    return int(rounded(np.array(value), 1)) if math.isfinite(value) else None


def spelled(bias: float) -> str:
    """Return a bias as a reader sees it: one decimal, or as many as it needs up to four."""
    text = f"{bias:.1f}" if round(bias, 1) == bias else f"{bias:.4f}".rstrip("0")
    return text.replace("-", "−")
