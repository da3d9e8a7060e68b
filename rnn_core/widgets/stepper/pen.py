"""What every part of a drawn figure needs: the numbers of one step and unit, as markup."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from rnn_core.palette import LOOKS

from ..packing import shown, unpack
from . import tables
from .on_paper import ONE, decode


class Numbers:
    """The numbers of a stepper's data, by key, step and unit, in ten-thousandths.

    The keys are those of `program.Op`; besides, y is the model's output and corr the unit's
    correlation. With `run`, one of the data's held runs, the numbers are those of that run.
    """

    def __init__(self, data: Mapping[str, Any], run: Mapping[str, Any] | None = None) -> None:
        self.series = decode(data, run)
        self.output = unpack(data["output"]) if data["output"] else []
        if run and run["output"]:
            self.output = self.output[: run["from"]] + unpack(run["output"])
        self.corr = unpack(data["follows"]["r"]) if data["follows"] else []

    def __call__(self, key: str, t: int, unit: int) -> int:
        """Return one number."""
        if key == "y":
            return self.output[t]
        if key == "corr":
            return self.corr[unit]
        return int(self.series[key][t, unit])


class Pen:
    """Writes the numbers of a stepper's data at one step and unit, with the hooks the script uses.

    ``data-n`` marks a text that is a number, ``data-v`` a shape whose custom property ``--v`` is
    how large the number is drawn.
    """

    def __init__(
        self, data: Mapping[str, Any], t: int, unit: int, letter: str, run: Any = None
    ) -> None:
        self.data, self.t, self.unit, self.letter, self.run = data, t, unit, letter, run
        self.table = tables.of(data["kind"], data["options"])
        self.letters = {op.key: op.letter for op in self.table.ops}
        self.inner = {op.key for op in self.table.ops if op.inner}
        self.free = Numbers(data)
        self.numbers = Numbers(data, run) if run else self.free
        self.held = bool(run) and t >= run["from"]
        self.glyph = data["glyphs"][t]
        self.name = data["names"].get(self.glyph, self.glyph)

    def part(self, key: str, t: int, unit: int) -> float:
        """Return how large a number is drawn, from -1 to 1: cell states through tanh."""
        value = self.numbers(key, t, unit) / ONE
        return math.tanh(value) if key in self.data["large"] else value

    def has(self, key: str) -> bool:
        """Return whether there is a number with a key."""
        return key in self.numbers.series

    def write(self, key: str) -> str:
        """Return a number as text; the parts of sums are not there where a gate is held."""
        if self.held and key in self.inner:
            return ""
        return shown(self.numbers(key, self.t, self.unit))

    def size(self, key: str) -> str:
        """Return the attributes of a shape that is as large as a number."""
        return f'data-v="{key}" style="--v:{self.part(key, self.t, self.unit):.4g}"'

    def number(self, key: str, enclosed: bool = False) -> str:
        """Return an element that holds a number; `enclosed`: in parentheses where negative."""
        text = self.write(key)
        text = f"({text})" if enclosed and text.startswith("−") else text
        mark = " data-p" if enclosed else ""
        colour = f" gate-{self.letters[key]}" if key in self.letters else ""
        colour += " rnnw-split" if key in self.inner else ""
        return f'<span class="rnnw-n{colour}" data-n="{key}"{mark}>{text}</span>'

    def formula(self, text: str) -> str:
        """Return a formula of a table as markup: letters in their colours, keys as numbers."""
        return FORMULA.sub(self._formula_part, text)

    def _formula_part(self, found: re.Match[str]) -> str:
        letter, subscript, key, enclosed = found.groups()
        if letter:
            return symbol(letter, subscript)
        return self.number(key or enclosed, bool(enclosed))


FORMULA = re.compile(r"([A-Za-z])_(t−1|\w+)|\{(\w+)\}|\{\((\w+)\)\}")


def symbol(letter: str, subscript: str = "t") -> str:
    """Return a letter of the formulas in its colour."""
    colour = f" gate-{letter}" if letter in LOOKS else ""
    return f'<span class="rnnw-s{colour}"><i>{letter}</i><sub>{subscript}</sub></span>'
