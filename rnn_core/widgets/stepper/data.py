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
from rnn_core.cell import Cell
from rnn_core.engine import sigmoid
from rnn_core.glyphs import glyphs
from rnn_core.heads import Readout
from rnn_core.trace import Trace

from ..packing import LIMIT, pack, rounded
from . import program, tables
from .on_paper import encode
from .tables.parts import Table


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
    known = ", ".join(tables.TABLES)
    if not isinstance(trace, Trace):
        raise TypeError(f"trace must be a Trace; got {type(trace).__name__}")
    if trace.kind not in tables.TABLES:
        raise ValueError(f"trace must be of one of {known}; got a trace of {trace.kind}")
    steps, batches, units = trace.h.shape
    batch = checks.index("batch", batch, batches)
    table = tables.of(trace.kind, trace.options)
    signs, names = glyphs(text, steps)
    inner = [op.key for op in table.ops if op.inner] if cell is not None else []
    return {
        "kind": trace.kind,
        "options": trace.options,
        "batch": batch,
        "T": steps,
        "H": units,
        "glyphs": signs,
        "names": names,
        "shows": table.shows,
        "large": [*table.large, *inner],
        **_numbers(table, trace, batch, cell),
        "truth": None if truth is None else _truth(truth, steps),
        "output": None if output is None else pack(rounded(_output(output, steps))),
        "follows": None if follows is None else _packed(_follows(follows, units)),
        "holds": None,
        "runs": [],
    }


def _numbers(table: Table, trace: Trace, batch: int, cell: Any) -> dict[str, Any]:
    """Return the numbers of the free run: what is fixed, and what is off on paper, by key.

    What comes from the input is kept once for each distinct input.
    """
    if cell is not None and not fits(cell, trace):
        raise ValueError(f"cell must be the {trace.kind} that made the trace; got {cell!r:.60}")
    ops = table.ops if cell is not None else program.without_inner(table.ops)
    params = {} if cell is None else cell.params
    _check_range(trace, batch, ops)
    whole = program.whole(program.values(ops, trace, batch, params))
    _, first, row = np.unique(trace.xs[:, batch], axis=0, return_index=True, return_inverse=True)
    weights = {op.key: rounded(params[op.param]) for op in ops if op.kind == "dot"}
    places = {"before": slice(0, 1), "unit": slice(0, 1), "input": first}
    fixed = {op.key: whole[op.key][places[op.kind]] for op in ops if op.kind in places} | weights
    rows = program.rows(ops)
    return {
        "program": rows,
        "row": pack(row.ravel()) if cell is not None else None,
        "fixed": {key: pack(value) for key, value in fixed.items()},
        "n": encode(rows, whole, weights),
    }


def fits(cell: Any, trace: Trace) -> bool:
    """Return whether a cell may have made a trace, as far as kind, options and sizes tell."""
    sizes = (trace.xs.shape[-1], trace.h.shape[-1])
    return (
        isinstance(cell, Cell)
        and (cell.kind, cell.options) == (trace.kind, trace.options)
        and (cell.input_size, cell.hidden_size) == sizes
    )


def _check_range(trace: Trace, batch: int, ops: Sequence[program.Op]) -> None:
    """Refuse numbers that are not finite, or too large to be packed."""
    for k in (op.key for op in ops if op.key in trace.arrays):
        value = trace[k][:, batch]
        checks.finite(f"trace[{k!r}]", value)
        if np.abs(value).max() >= LIMIT:
            raise ValueError(f"trace[{k!r}] must lie within ±{LIMIT}; got {np.abs(value).max()}")
    for k in trace.start._fields:
        checks.finite(f"trace.start.{k}", getattr(trace.start, k)[batch])


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


def probability(readout: Any, trace: Trace, batch: int) -> np.ndarray:
    """Return σ of the one score of a readout at each step."""
    checks.instance("readout", readout, Readout)
    if readout.output_size != 1:
        raise ValueError(f"readout must have one score; got {readout!r}")
    return sigmoid(readout.forward(trace.h)[:, checks.index("batch", batch, trace.h.shape[1]), 0])


def _follows(follows: Follows | Mapping[str, Any], units: int) -> dict[str, Any]:
    """Return what is followed, once it was looked at; its correlations are not rounded yet."""
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
        "r": r,
        "best": int(np.abs(r).argmax()),
    }


def _packed(follows: dict[str, Any]) -> dict[str, Any]:
    return follows | {"r": pack(rounded(follows["r"]))}
