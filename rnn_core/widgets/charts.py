"""Lines on an SVG, by the same arithmetic as lib/charts.js, to a tenth of a pixel.

A chart is drawn here once, as it stands at first. The script draws what moves anew with the same
functions, so that coming to life changes nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence

Point = tuple[float, float]
# Each cell has the colour and the dashes of what carries its memory.
CELL_LOOKS = {"RNN": "h", "LSTM": "c", "GRU": "z"}


def scale(start: float, end: float, first: float, last: float) -> Callable[[float], float]:
    """Return the function that takes `start` to `first` and `end` to `last`, straight between."""
    return lambda value: first + ((value - start) / (end - start)) * (last - first)


def px(value: float) -> str:
    """Return a length to a tenth of a pixel, halves rounded up."""
    return f"{math.floor(value * 10 + 0.5) / 10:.12g}"


def line(points: Iterable[Point | None]) -> str:
    """Return a path through points; a None leaves a gap.

    Examples
    --------
    >>> line([(0, 1), (2.25, 3), None, (4, 5)])
    'M0 1L2.3 3M4 5'
    """
    path, pen = "", "M"
    for point in points:
        if point is not None:
            path += f"{pen}{px(point[0])} {px(point[1])}"
        pen = "M" if point is None else "L"
    return path


def band(lower: Sequence[Point], upper: Sequence[Point]) -> str:
    """Return the area between two rows of points.

    Examples
    --------
    >>> band([(0, 0), (1, 0)], [(0, 2), (1, 3)])
    'M0 0L1 0L1 3L0 2Z'
    """
    return line([*lower, *reversed(upper)]) + "Z" if lower else ""


def text(x: float, y: float, words: str, anchor: str = "middle", more: str = "") -> str:
    """Return a text element; `words` is markup, `more` further attributes."""
    return f'<text x="{px(x)}" y="{px(y)}" text-anchor="{anchor}"{more}>{words}</text>'
