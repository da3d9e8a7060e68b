"""What a cell computes in one step, as a short list of operations on numbers with keys.

A table (tables/) writes the list. `values` computes every number from a trace and the parameters;
on_paper.py says how the numbers are sent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from rnn_core.engine import sigmoid
from rnn_core.trace import Trace

from ..packing import rounded

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


def whole(numbers: Mapping[str, Array]) -> dict[str, Array]:
    """Return every number as whole ten-thousandths, rounded as Python rounds."""
    return {key: rounded(value) for key, value in numbers.items()}
