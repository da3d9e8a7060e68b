"""Every operation of one unit at one step with its numbers, as it would be done on paper."""

from __future__ import annotations

from .pen import Pen, symbol
from .program import Op
from .tables.parts import Line

# Where a part of a sum stands, by the first letter of its key; r is the reset state.
COLUMNS = {"x": "x", "h": "h", "r": "h", "c": "c", "b": "b"}
HEADS = {"x": "from the input", "h": "from the state", "c": "from the cell", "b": "bias"}
CALLS = {"tanh": "tanh(", "logistic": "σ(", "relu": "max(0, ", "same": ""}


def arithmetic(pen: Pen) -> str:
    """Return the gates, line by line, then how the states come about."""
    sums = {op.key[1:]: op.args for op in pen.table.ops if op.key[0] == "a" and op.kind == "add"}
    used = {COLUMNS[part[0]] for parts in sums.values() for part in parts}
    columns = "".join(k for k in "xhcb" if k in used)
    gates = "".join(_gate(pen, op, sums[op.key], columns) for op in _gates(pen, sums))
    lines = "".join(_line(pen, line) for line in pen.table.lines)
    style = f"--columns:repeat({2 * len(columns) + 7},auto)"
    return (
        f'<div class="rnnw-paper"><div class="rnnw-gates" style="{style}">'
        f'{_heads(pen, columns)}{gates}</div>{_unsent(pen)}<div class="rnnw-lines">{lines}</div>'
        '<p class="rnnw-note">In the diagram, thick lines carry large numbers and hollow lines '
        "negative ones. Every number is rounded to four digits on its own, so the last digit of a "
        "sum or a product may differ.</p></div>"
    )


def _gates(pen: Pen, sums: dict[str, tuple[str, ...]]) -> list[Op]:
    return [op for op in pen.table.ops if op.key in sums]


def _split(pen: Pen) -> bool:
    """Return whether the parts of the sums are known: not without the cell's parameters."""
    return pen.data["row"] is not None


def _unsent(pen: Pen) -> str:
    """Return why the sums are not there in a held run; the style sheet shows it only then."""
    if not _split(pen):
        return ""
    return (
        '<p class="rnnw-note rnnw-unsent">While a gate is held, its sum and those of the other '
        "gates are not shown: a held run travels without them, to keep the page small. What each "
        "gate comes to, and all that follows from it, is here.</p>"
    )


def _heads(pen: Pen, columns: str) -> str:
    if not _split(pen):
        return ""
    heads = "".join(f"<span>{HEADS[k]}</span>" for k in columns)
    return f'<p class="rnnw-sum rnnw-heads rnnw-split">{heads}</p>'


def _gate(pen: Pen, op: Op, parts: tuple[str, ...], columns: str) -> str:
    """Return the line of one gate: the sum, and what becomes of it.

    What only a page with the cell's parameters knows is marked, to be left out of a held run.
    """
    left = f'<span class="rnnw-lhs">{symbol(op.key)}</span>'
    if not _split(pen):
        return f'<p class="rnnw-sum">{left}<span>=</span>{pen.number(op.key)}</p>'
    call, close = f"= {CALLS[op.kind]}", ")" if CALLS[op.kind] else ""
    end = f'<span class="rnnw-split">{close} </span>='
    return (
        f'<p class="rnnw-sum">{left}{_inner(call)}{_terms(pen, parts, columns)}{_inner(close)}'
        f"{_inner('', 'rnnw-then ')}{_inner(call)}{pen.number('a' + op.key)}"
        f"<span>{end}</span>{pen.number(op.key)}</p>"
    )


def _terms(pen: Pen, parts: tuple[str, ...], columns: str) -> str:
    """Return the parts of a sum, each in its column, with plus signs between them."""
    at, cells, begun = {COLUMNS[part[0]]: part for part in parts}, [], False
    for column in columns:
        there = column in at
        cells.append(
            _inner("+" if there and begun else "", "" if there and begun else "rnnw-none ")
        )
        cells.append(pen.number(at[column], begun) if there else _inner("", "rnnw-none "))
        begun = begun or there
    return "".join(cells[1:])


def _inner(text: str, name: str = "") -> str:
    return f'<span class="{name}rnnw-split">{text}</span>'


def _line(pen: Pen, line: Line) -> str:
    if line.inner and not _split(pen):
        return ""
    first, *rows = (pen.formula(row) for row in line.rows)
    rows = [first, *rows[:-1], f"<b>{rows[-1]}</b>"] if rows else [f"<b>{first}</b>"]
    derived = "".join(f"<span>=</span><span>{row}</span>" for row in rows)
    kind = "rnnw-derivation rnnw-split" if line.inner else "rnnw-derivation"
    return f'<p class="{kind}"><span class="rnnw-lhs">{pen.formula(line.left)}</span>{derived}</p>'
