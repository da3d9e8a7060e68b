"""Equations of `interop` as markup: letters in italics, subscripts, each gate in its colour."""

from __future__ import annotations

import re

from rnn_core.interop import Convention, equations

SYMBOL = re.compile(r"([A-Za-z]+̃?)_([A-Za-z]+(?:−1)?)|\b([WUb])\b")


def formulas(row: Convention) -> str:
    """Return one time step of a convention, a paragraph for each equation."""
    return "".join(f'<p class="rnnw-conv-equation">{_line(row, e)}</p>' for e in equations(row))


def _line(row: Convention, equation: str) -> str:
    looks = quantities(row)
    blocks = dict(zip(row.own_letters.split(), row.gates, strict=True))

    def markup(found: re.Match[str]) -> str:
        letter, below = found[1], found[2]
        if not letter:
            return _italic(found[3])
        if below.startswith("t"):
            return f'<span class="gate-{looks[letter]}">{_italic(letter)}<sub>{below}</sub></span>'
        at = 0 if row.framework == "rnn_core" else len(below) - 1
        gate = blocks[below[at]]
        marked = f'{below[:at]}<b class="gate-{gate}">{below[at]}</b>{below[at + 1 :]}'
        return f"{_italic(letter)}<sub>{marked}</sub>"

    return SYMBOL.sub(markup, equation)


def quantities(row: Convention) -> dict[str, str]:
    """Return what a convention's letters with a time step are, in the letters of the palette."""
    own = dict(zip(row.own_letters.split(), row.gates, strict=True))
    if row.framework == "Keras":
        own |= {"hh": "n"}
        own.pop("h", None)
    states = {"x": "x", "h": "h", "c": "c"}
    upper = {"X": "x", "H": "h", "C": "c"}
    return upper | own if row.framework == "ONNX" else own | states


def _italic(letter: str) -> str:
    return f"<i>{letter}</i>"
