"""The cells of the worked examples, with one unit and one input, as tables of formulas.

A row is a quantity: how it is computed, and its derivative with respect to each thing it is
computed from. Names without a number belong to the present step; `h0` and `c0` are the state that
the step found. A name with a capital or a `b_` is a parameter.
"""

from __future__ import annotations

from typing import NamedTuple

from .formula import Formula


class Quantity(NamedTuple):
    """One number of a step.

    Attributes
    ----------
    name : str
        Its letter, ``a_f`` for the pre-activation of gate f.
    formula : Formula
        How it is computed.
    slopes : dict of Formula
        Its derivative with respect to each name in the formula that carries a gradient.
    words : str
        What it is.

    Examples
    --------
    >>> a, h, loss = TABLES["rnn"]
    >>> h.formula, h.slopes
    (Formula('tanh(a)'), {'a': Formula('1 - h**2')})
    """

    name: str
    formula: Formula
    slopes: dict[str, Formula]
    words: str


def _row(name: str, formula: str, words: str, **slopes: str) -> Quantity:
    return Quantity(
        name, Formula(formula), {to: Formula(text) for to, text in slopes.items()}, words
    )


def _sum(k: str, words: str) -> Quantity:
    """Return the row of a gate's pre-activation."""
    x, h, b = f"W_{k}x", f"W_{k}h", f"b_{k}"
    slopes = {"h0": h, x: "x", h: "h0", b: "1"}
    return _row(f"a_{k}", f"{x}*x + {h}*h0 + {b}", f"the sum going into {words}", **slopes)


def _gate(k: str, words: str) -> Quantity:
    a = f"a_{k}"
    return _row(k, f"sigmoid({a})", words, **{a: f"{k}*(1 - {k})"})


def _candidate(k: str) -> Quantity:
    a = f"a_{k}"
    return _row(k, f"tanh({a})", "the candidate", **{a: f"1 - {k}**2"})


LOSS = _row("L", "0.5*(h - y)**2", "the loss of the step", h="h - y")

RNN = (
    _row(
        "a",
        "W_hx*x + W_hh*h0 + b_h",
        "the sum going into tanh",
        h0="W_hh",
        W_hx="x",
        W_hh="h0",
        b_h="1",
    ),
    _row("h", "tanh(a)", "the hidden state", a="1 - h**2"),
    LOSS,
)

LSTM = (
    _sum("i", "the input gate"),
    _sum("f", "the forget gate"),
    _sum("g", "the candidate"),
    _sum("o", "the output gate"),
    _gate("i", "the input gate"),
    _gate("f", "the forget gate"),
    _candidate("g"),
    _gate("o", "the output gate"),
    _row("c", "f*c0 + i*g", "the cell state", f="c0", c0="f", i="g", g="i"),
    _row("h", "o*tanh(c)", "the hidden state", o="tanh(c)", c="o*(1 - tanh(c)**2)"),
    LOSS,
)

_GATES = (
    _sum("r", "the reset gate"),
    _sum("z", "the update gate"),
    _gate("r", "the reset gate"),
    _gate("z", "the update gate"),
)
_MIX = (
    _candidate("n"),
    _row(
        "h",
        "(1 - z)*h0 + z*n",
        "the hidden state",
        z="n - h0",
        h0="1 - z",
        n="z",
    ),
    LOSS,
)
_INTO = "the sum going into the candidate"

GRU_AFTER = (
    *_GATES,
    _row(
        "m",
        "W_nh*h0 + b_nh",
        "the memory before the reset",
        h0="W_nh",
        W_nh="h0",
        b_nh="1",
    ),
    _row("a_n", "W_nx*x + b_n + r*m", _INTO, r="m", m="r", W_nx="x", b_n="1"),
    *_MIX,
)
GRU_BEFORE = (
    *_GATES,
    _row("m", "r*h0", "the memory after the reset", r="h0", h0="r"),
    _row("a_n", "W_nx*x + b_n + W_nh*m", _INTO, m="W_nh", W_nx="x", W_nh="m", b_n="1"),
    *_MIX,
)

TABLES: dict[str, tuple[Quantity, ...]] = {
    "rnn": RNN,
    "lstm": LSTM,
    "gru": GRU_AFTER,
    "gru before": GRU_BEFORE,
}
