"""Every operation of one unit at one step with its numbers, as it would be done on paper."""

from __future__ import annotations

from .data import GATES
from .pen import Pen, symbol


def arithmetic(pen: Pen) -> str:
    """Return the gates, line by line, then the cell state and the hidden state."""
    gates = "".join(_gate(pen, k) for k in GATES)
    return (
        f'<div class="rnnw-paper"><div class="rnnw-gates">{_heads(pen)}{gates}</div>'
        f'<div class="rnnw-lines">{_cell(pen)}{_hidden(pen)}</div>'
        '<p class="rnnw-note">In the diagram, thick lines carry large numbers and hollow lines '
        "negative ones. Every number is rounded to four digits on its own, so the last digit of a "
        "sum or a product may differ.</p></div>"
    )


def _heads(pen: Pen) -> str:
    if not pen.data["parts"]:
        return ""
    heads = "".join(f"<span>{name}</span>" for name in ("from the character", "from the state"))
    return f'<p class="rnnw-sum rnnw-heads">{heads}<span>bias</span></p>'


def _gate(pen: Pen, k: str) -> str:
    """Return the lines of one gate: the sum, and what becomes of it."""
    left = f'<span class="rnnw-lhs">{symbol(k)}</span>'
    if not pen.data["parts"]:
        return f'<p class="rnnw-sum">{left}<span>=</span>{pen.number(k, k)}</p>'
    call = "= tanh(" if k == "g" else "= σ("
    x, h, b = (pen.number(part + k, "x", part != "x") for part in "xhb")
    total = pen.number("a" + k, "x")
    return (
        f'<p class="rnnw-sum">{left}<span>{call}</span>{x}<span>+</span>{h}<span>+</span>{b}'
        f'<span>)</span><span class="rnnw-then"></span><span>{call}</span>{total}'
        f"<span>) =</span>{pen.number(k, k)}</p>"
    )


def _cell(pen: Pen) -> str:
    f, c0, i, g = (pen.number(k, k[0], k != "f") for k in ("f", "c0", "i", "g"))
    rows = (
        f"{symbol('f')} · {symbol('c', 't−1')} + {symbol('i')} · {symbol('g')}",
        f"{f} × {c0} + {i} × {g}",
        f"{pen.number('fc', 'c')} + {pen.number('ig', 'c', True)}",
        f"<b>{pen.number('c', 'c')}</b>",
    )
    return _derivation("c", rows)


def _hidden(pen: Pen) -> str:
    o, c, tc = pen.number("o", "o"), pen.number("c", "c"), pen.number("tc", "c", True)
    rows = (
        f"{symbol('o')} · tanh({symbol('c')})",
        f"{o} × tanh({c})",
        f"{o} × {tc}",
        f"<b>{pen.number('h', 'h')}</b>",
    )
    return _derivation("h", rows)


def _derivation(letter: str, rows: tuple[str, ...]) -> str:
    lines = "".join(f"<span>=</span><span>{row}</span>" for row in rows)
    return f'<p class="rnnw-derivation"><span class="rnnw-lhs">{symbol(letter)}</span>{lines}</p>'
