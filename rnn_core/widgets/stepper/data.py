"""What a gate stepper shows, as one compact dictionary.

`build` checks everything that comes in and writes the dictionary. The still figure is drawn from
it (pen.py) and the script reads it (gate_stepper.js), so both show what was sent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnn_core import checks
from rnn_core.glyphs import glyphs
from rnn_core.trace import Trace

from ..packing import LIMIT, pack, ten_thousandths

GATES = "ifgo"


@dataclass(frozen=True)
class Follows:
    """How closely each unit follows something in the text, as it was measured.

    Attributes
    ----------
    name : str
        What is followed, to stand after "the unit that follows": "the string".
    state : str
        What is true there, to stand after "being": "inside a string".
    r : sequence of float, length H
        The correlation of each unit with it.
    measured_on : str
        A sentence: on what the correlations were measured, and how the model came by them.
    letter : str
        The quantity that was measured: "c" or "h".

    Examples
    --------
    >>> Follows("the string", "inside a string", [0.1, -0.9], "Measured on 200 characters.").letter
    'c'
    """

    name: str
    state: str
    r: Sequence[float]
    measured_on: str
    letter: str = "c"


def build(
    trace: Trace,
    text: str | Sequence[str],
    batch: int,
    cell: Any,
    truth: Any,
    output: Any,
    follows: Follows | Mapping[str, Any] | None,
) -> dict[str, Any]:
    """Return the data of a gate stepper; the arguments are those of `GateStepper`."""
    if not isinstance(trace, Trace):
        raise TypeError(f"trace must be a Trace of an LSTM; got {type(trace).__name__}")
    if trace.kind != "LSTM":
        raise ValueError(f"trace must be of an LSTM; got a trace of {trace.kind}")
    steps, batches, units = trace.h.shape
    batch = checks.index("batch", batch, batches)
    series = _series(trace, batch)
    signs, names = glyphs(text, steps)
    return {
        "kind": trace.kind,
        "T": steps,
        "H": units,
        "glyphs": signs,
        "names": names,
        "n": _packed(series),
        "parts": None if cell is None else _parts(trace, batch, cell),
        "truth": None if truth is None else _truth(truth, steps),
        "output": None if output is None else pack(ten_thousandths(_output(output, steps))),
        "follows": None if follows is None else _follows(follows, units),
    }


def _series(trace: Trace, batch: int) -> dict[str, np.ndarray]:
    """Return what is shown at each step, by key, each (T, H); the start states are (1, H)."""
    one = {k: trace[k][:, batch].astype(float) for k in (*GATES, "c", "h")}
    for k, value in one.items():
        checks.finite(f"trace[{k!r}]", value)
        if np.abs(value).max() >= LIMIT:
            raise ValueError(f"trace[{k!r}] must lie within ±{LIMIT}; got {np.abs(value).max()}")
    before = trace.before("c")[:, batch].astype(float)
    checks.finite("trace.start.c", before[:1])
    kept, added = one["f"] * before, one["i"] * one["g"]
    return one | {"tc": np.tanh(one["c"]), "fc": kept, "ig": added, "start": before[:1]}


def _packed(series: dict[str, np.ndarray]) -> dict[str, str]:
    """Return the series as text.

    What is added, i·g, is what is new in c less what is kept, but for a last digit of rounding;
    that digit is sent in its place, as it takes a third of the room.
    """
    whole = {key: ten_thousandths(value) for key, value in series.items()}
    whole["slack"] = whole["c"] - whole["fc"] - whole.pop("ig")
    return {key: pack(value) for key, value in whole.items()}


def _parts(trace: Trace, batch: int, cell: Any) -> dict[str, Any]:
    """Return the pre-activations, split by where they come from.

    What comes from the input is stored once for each distinct input. What comes from the state
    is the sum less the other two, but for a last digit of rounding, and that digit is stored.
    """
    params, units = getattr(cell, "params", None), trace.h.shape[-1]
    want = {f"W_{k}x": (units, trace.xs.shape[-1]) for k in GATES}
    want |= {f"W_{k}h": (units, units) for k in GATES} | {f"b_{k}": (units,) for k in GATES}
    if not isinstance(params, Mapping) or any(
        name not in params or np.shape(params[name]) != shape for name, shape in want.items()
    ):
        raise ValueError(f"cell must be the LSTM that made the trace, {trace!r}; got {cell!r:.60}")
    inputs, row = np.unique(trace.xs[:, batch], axis=0, return_inverse=True)
    before = trace.before("h")[:, batch]
    parts: dict[str, Any] = {"row": pack(row.ravel())}
    for k in GATES:
        from_x, from_h = inputs @ params[f"W_{k}x"].T, before @ params[f"W_{k}h"].T
        bias = np.asarray(params[f"b_{k}"])
        total = from_x[row.ravel()] + from_h + bias
        value = np.tanh(total) if k == "g" else 0.5 + 0.5 * np.tanh(total / 2)
        if not np.allclose(value, trace[k][:, batch], atol=1e-5):
            raise ValueError(f"cell must be the LSTM that made the trace; its {k} differs from it")
        x, h, b, a = map(ten_thousandths, (from_x, from_h, bias, total))
        slack = a - x[row.ravel()] - b - h
        parts[k] = {"x": pack(x), "b": pack(b), "a": pack(a), "slack": pack(slack)}
    return parts


def _truth(truth: Any, steps: int) -> str:
    given = np.asarray(truth)
    if given.shape != (steps,) or not np.isin(given, (0, 1)).all():
        raise ValueError(
            f"truth must be {steps} booleans, one for each step; "
            f"got shape {given.shape} and dtype {given.dtype}"
        )
    return "".join(str(int(value)) for value in given)


def _output(output: Any, steps: int) -> np.ndarray:
    given = checks.array("output", output, (steps,), float)
    if given.min() < 0 or given.max() > 1:
        raise ValueError(
            f"output must be probabilities from 0 to 1; got {given.min()} to {given.max()}"
        )
    return given


def _follows(follows: Follows | Mapping[str, Any], units: int) -> dict[str, Any]:
    if isinstance(follows, Mapping):
        try:
            follows = Follows(**follows)
        except TypeError as error:
            raise TypeError(
                f"follows must have name, state, r and measured_on; got {', '.join(follows)}"
            ) from error
    if not isinstance(follows, Follows):
        raise TypeError(f"follows must be a Follows or a dict; got {follows!r:.60}")
    r = checks.array("follows.r", follows.r, (units,), float)
    if np.abs(r).max() > 1:
        raise ValueError(f"follows.r must be correlations from -1 to 1; got {np.abs(r).max()}")
    return {
        "name": follows.name,
        "state": follows.state,
        "measured_on": follows.measured_on,
        "letter": checks.choice("follows.letter", follows.letter, ("c", "h")),
        "r": pack(ten_thousandths(r)),
        "best": int(np.abs(r).argmax()),
    }
