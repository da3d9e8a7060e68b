"""Where the figure of half-lives stands: the numbers at one bias and one t_max."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

from ..packing import shown, unpack
from .data import BINS

MILLION = 1e6


class Standing(NamedTuple):
    """The numbers as a reader sees them; `keep` in millionths, `counts` the height of the bars."""

    place: int
    row: int
    bias: str
    t_max: str
    keep: int
    half: str
    counts: list[int]
    spread: list[str]

    @property
    def factor(self) -> float:
        """What part of the state one step keeps."""
        return self.keep / MILLION

    @property
    def steps(self) -> float:
        """The half-life, by the arithmetic of memory_half_life.js."""
        return math.log(0.5) / math.log(self.factor)


def standing(data: Mapping[str, Any], bias: float, t_max: int) -> Standing:
    """Return the numbers of a figure's data at one of its biases and one of its t_max."""
    place, row = data["bias"].index(bias), data["t_max"].index(t_max)
    return Standing(
        place,
        row,
        data["said"][place],
        str(t_max),
        unpack(data["keep"])[place],
        shown(unpack(data["half"])[place], 1),
        unpack(data["counts"])[BINS * row :][:BINS],
        [shown(n, 1) for n in unpack(data["spread"])[3 * row :][:3]],
    )
