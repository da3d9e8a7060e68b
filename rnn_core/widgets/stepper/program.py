"""What a cell computes in one step, as a short list of operations on numbers with keys.

A table (tables/) writes the list; three readers follow it. `values` computes every number from a
trace and the parameters. `encode` sends as little of that as will do: the page works out each
number from the rounded ones before it, as a reader would on paper, and is told by how much the
last digits differ. `decode` does what the page does, operation by operation in whole
ten-thousandths (gate_stepper.js has the same lines), so both end at Python's rounding.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from rnn_core.engine import sigmoid
from rnn_core.trace import Trace

from ..packing import pack, ten_thousandths, unpack

ONE = 10_000  # numbers are whole ten-thousandths
Array = np.ndarray
Rows = list[list[str]]  # a program as it is sent: [key, kind, *keys it is made from]


class Op(NamedTuple):
    """One operation.

    Attributes
    ----------
    key : str
        The key of its result. Keys: the letters of the formulas; c0 and h0 the state before the
        step; for a gate k its pre-activation ak, and the parts xk, hk, ck and bk of it.
    kind : str
        "before" (the state `args[0]` before the step), "input" (`param` times x), "unit" (`param`
        itself), "dot" (`param` times `args[0]` of all units), or one of `EXACT`.
    args : tuple of str
        The keys that go in.
    letter : str
        Whose colour its number wears.
    inner : bool
        Whether it is known only where the cell's parameters are.
    param : str
        The parameter it uses.
    """

    key: str
    kind: str
    args: tuple[str, ...]
    letter: str
    inner: bool = False
    param: str = ""


def gate(k: str, squash: str, *parts: Op, sees: str = "xh", bias: str = "b") -> tuple[Op, ...]:
    """Return the operations of a gate: its parts, their sum, and what becomes of it.

    It `sees` the input and the hidden state of all units; `parts` are what else is in the sum.
    """
    seen = {
        "x": Op("x" + k, "input", (), "x", True, f"W_{k}x"),
        "h": Op("h" + k, "dot", ("h0",), "x", True, f"W_{k}h"),
    }
    first = tuple(seen[letter] for letter in sees)
    last = Op("b" + k, "unit", (), "x", True, f"b_{k}")
    added = [part.key for part in (*first, *parts[-1:], last)]
    total = Op("a" + k, "add", tuple(added), "x", True)
    return (*first, *parts, last, total, Op(k, squash, ("a" + k,), k))


EXACT: dict[str, Callable[..., Array]] = {
    "add": lambda *terms: np.add.reduce(terms),
    "mul": np.multiply,
    "rest": lambda a: 1 - a,
    "same": lambda a: a,
    "relu": lambda a: np.maximum(a, 0),
    "tanh": np.tanh,
    "logistic": sigmoid,
}
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


def without_inner(ops: Sequence[Op]) -> tuple[Op, ...]:
    """Return the program for a page that has no parameters: what needed them is given."""
    known = {op.key for op in ops if not op.inner}
    return tuple(
        op if op.kind == "before" or known.issuperset(op.args) else op._replace(kind="given")
        for op in ops
        if not op.inner
    )


def rows(ops: Sequence[Op]) -> Rows:
    """Return a program as it is sent."""
    return [[op.key, op.kind, *(op.args if op.kind != "given" else ())] for op in ops]


def values(
    ops: Sequence[Op], trace: Trace, batch: int, params: Mapping[str, Array]
) -> dict[str, Array]:
    """Return every number by key, each (T, H): gates and states from the trace, the rest from them.

    A computed number that the trace has too must be the trace's.
    """
    at: dict[str, Array] = {}
    xs = trace.xs[:, batch].astype(float)
    for op in ops:
        weights = np.asarray(params[op.param], float) if op.param else np.zeros(0)
        if op.kind == "before":
            value = trace.before(op.args[0])[:, batch]
        elif op.kind == "input":
            value = xs @ weights.T
        elif op.kind == "dot":
            value = at[op.args[0]] @ weights.T
        elif op.kind == "unit":
            value = np.broadcast_to(weights, (len(xs), len(weights)))
        else:
            value = EXACT[op.kind](*(at[k] for k in op.args)) if op.kind != "given" else None
        if op.key in trace.arrays:
            computed, value = value, trace[op.key][:, batch]
            if computed is not None and not np.allclose(computed, value, atol=1e-5):
                raise ValueError(
                    f"cell must be the {trace.kind} that made the trace; its {op.key} differs"
                )
        at[op.key] = np.asarray(value, float)
    return at


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


def whole(numbers: Mapping[str, Array]) -> dict[str, Array]:
    """Return every number as whole ten-thousandths, rounded as Python rounds."""
    return {key: ten_thousandths(value) for key, value in numbers.items()}
