"""What every part of a drawn figure needs: the numbers of one step and unit, as markup."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from ..packing import shown, unpack
from .data import GATES

ONE = 10_000  # numbers are whole ten-thousandths
UNBOUNDED = ("c", "c0", "fc", "ig")  # the cell state, and what is kept of it and added


class Numbers:
    """The numbers of a stepper's data, by key, step and unit, in ten-thousandths.

    Keys: the letters i f g o c h; c0 the cell state before the step; tc = tanh(c); fc = f·c0 and
    ig = i·g; for each gate k its pre-activation ak and the parts xk, hk and bk; y the model's
    output and r the unit's correlation.
    """

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.units = data["H"]
        self.series = {key: unpack(text) for key, text in data["n"].items()}
        self.parts = {
            k: {key: unpack(text) for key, text in part.items()}
            for k, part in (data["parts"] or {}).items()
            if k in GATES
        }
        self.row = unpack(data["parts"]["row"]) if data["parts"] else []
        self.output = unpack(data["output"]) if data["output"] else []
        self.r = unpack(data["follows"]["r"]) if data["follows"] else []

    def __call__(self, key: str, t: int, unit: int) -> int:
        """Return one number."""
        at = t * self.units + unit
        if key in self.series:
            return self.series[key][at]
        if key == "ig":
            return self.series["c"][at] - self.series["fc"][at] - self.series["slack"][at]
        if key == "c0":
            return self.series["c"][at - self.units] if t else self.series["start"][unit]
        if key == "y":
            return self.output[t]
        if key == "r":
            return self.r[unit]
        part = self.parts[key[1]]
        if key[0] == "a":
            return part["a"][at]
        if key[0] == "b":
            return part["b"][unit]
        from_x = part["x"][self.row[t] * self.units + unit]
        if key[0] == "x":
            return from_x
        return part["a"][at] - from_x - part["b"][unit] - part["slack"][at]


class Pen:
    """Writes the numbers of a stepper's data at one step and unit, with the hooks the script uses.

    ``data-n`` marks a text that is a number, ``data-v`` a shape whose custom property ``--v`` is
    how large the number is drawn.
    """

    def __init__(self, data: Mapping[str, Any], t: int, unit: int, letter: str) -> None:
        self.data, self.t, self.unit, self.letter = data, t, unit, letter
        self.numbers = Numbers(data)
        self.glyph = data["glyphs"][t]
        self.name = data["names"].get(self.glyph, self.glyph)

    def part(self, key: str, t: int, unit: int) -> float:
        """Return how large a number is drawn, from -1 to 1: cell states through tanh."""
        value = self.numbers(key, t, unit) / ONE
        return math.tanh(value) if key in UNBOUNDED else value

    def write(self, key: str) -> str:
        """Return a number as text."""
        return shown(self.numbers(key, self.t, self.unit))

    def size(self, key: str) -> str:
        """Return the attributes of a shape that is as large as a number."""
        return f'data-v="{key}" style="--v:{self.part(key, self.t, self.unit):.4g}"'

    def number(self, key: str, letter: str, enclosed: bool = False) -> str:
        """Return an element that holds a number; `enclosed`: in parentheses where negative."""
        text = self.write(key)
        text = f"({text})" if enclosed and text.startswith("−") else text
        mark = " data-p" if enclosed else ""
        return f'<span class="rnnw-n gate-{letter}" data-n="{key}"{mark}>{text}</span>'


def symbol(letter: str, subscript: str = "t") -> str:
    """Return a letter of the formulas in its colour."""
    return f'<span class="rnnw-s gate-{letter}"><i>{letter}</i><sub>{subscript}</sub></span>'
