"""How a cell's numbers are sent: as little of them as will do.

The page works out each number from the rounded ones before it, as a reader would on paper, and is
told by how much the last digits differ. `encode` writes these differences. `decode` does what the
page does, operation by operation in whole ten-thousandths (lib/program.js has the same lines), so
both end at Python's rounding of every number.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from rnn_core.trace import Trace

from ..packing import pack, unpack
from .program import EXACT, Array, Op, Rows, values, whole, without_inner

ONE = 10_000  # numbers are whole ten-thousandths

ON_PAPER: dict[str, Callable[..., Array]] = EXACT | {
    "mul": lambda a, b: _whole(a * b / ONE),
    "rest": lambda a: ONE - a,
    "tanh": lambda a: _whole(ONE * np.tanh(a / ONE)),
    "logistic": lambda a: _whole(ONE / 2 + ONE / 2 * np.tanh(a / (2 * ONE))),
}
SOURCES = ("before", "input", "unit")


def _whole(value: Array) -> Array:
    """Round to whole numbers, halves up, as JavaScript's Math.floor(value + 0.5)."""
    return np.floor(value + 0.5).astype(np.int64)


def encode(program: Rows, whole: Mapping[str, Array], weights: Mapping[str, Array]) -> dict:
    """Return, by key, how far `whole` is from what is worked out on paper, packed, if it is.

    A key that `whole` does not have is worked out all the same and is not sent.
    """
    at: dict[str, Array] = {}
    sent: dict[str, str] = {}
    for key, kind, *args in program:
        if kind in SOURCES or kind == "held":
            at[key] = whole[key]
            continue
        first = next(iter(whole.values()))
        guess = np.zeros_like(first) if kind == "given" else _work(key, kind, args, at, weights)
        at[key] = whole.get(key, guess)
        if (at[key] != guess).any():
            sent[key] = pack(at[key] - guess)
    return sent


def _work(
    key: str, kind: str, args: Sequence[str], at: Mapping[str, Array], weights: Mapping[str, Array]
) -> Array:
    """Return one number, or those of many steps, as worked out on paper."""
    if kind == "dot":
        return _whole(at[args[0]] @ weights[key].T / ONE)
    return ON_PAPER[kind](*(at[k] for k in args))


def decode(data: Mapping[str, Any], run: Mapping[str, Any] | None = None) -> dict[str, Array]:
    """Return every number in `data`, by key, each (T, H); those of a held run, if one is given."""
    steps, units = data["T"], data["H"]
    tables = {k: _table(text, units) for k, text in data["fixed"].items()}
    row = unpack(data["row"]) if data["row"] else []
    first, off = (run["from"], run["n"]) if run else (0, data["n"])
    off = {k: _table(text, units) for k, text in off.items()}
    all_ = decode(data) if run else {}
    for key, *_ in data["program"]:
        all_.setdefault(key, np.zeros((steps, units), np.int64))
    for t in range(first, steps):
        at = {k: value[t] for k, value in all_.items()}
        for key, kind, *args in data["program"]:
            if run and key == run["gate"]:
                value = _whole(np.array(run["value"] * ONE))
            elif kind == "before":
                value = all_[args[0]][t - 1] if t else tables[key][0]
            elif kind == "input":
                value = tables[key][row[t]]
            elif kind == "unit":
                value = tables[key][0]
            else:
                value = 0 if kind == "given" else _work(key, kind, args, at, tables)
            at[key][:] = value
            if key in off:
                at[key] += off[key][t - first]
    return all_


def encode_held(
    data: Mapping[str, Any], held: Trace, gate: str, since: int, ops: Sequence[Op]
) -> dict[str, str]:
    """Return what `encode` does of a run with `gate` held, from the step `since` on.

    The parts of the sums are not sent: they are worked out only to come near the gates.
    """
    free, units, program = decode(data), data["H"], data["program"]
    ops = [op._replace(kind="given") if op.key == gate else op for op in without_inner(ops)]
    numbers = whole(values(ops, held, 0, {}))
    numbers |= {key: free[key] for key, kind, *_ in program if kind in ("input", "unit")}
    weights = {k: _table(data["fixed"][k], units) for k, kind, *_ in program if kind == "dot"}
    rows = [[k, "held" if k == gate else kind, *args] for k, kind, *args in program]
    return encode(rows, {k: value[since:] for k, value in numbers.items()}, weights)


def _table(text: str, units: int) -> Array:
    return np.array(unpack(text), np.int64).reshape(-1, units)
