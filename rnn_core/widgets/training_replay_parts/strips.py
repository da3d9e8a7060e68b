"""The strips of a training replay: what gates and states are along one sequence, in shades."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from ..packing import unpack
from .data import CHANGE, LAST_SHADE, SHADES, UNSIGNED

# The shades of the strips; as in them, what is below zero is less tall.
SCALE = (
    '<p class="rnnw-shades rnnw-beside"><span>below 0</span>'
    '<svg viewBox="0 0 7 1" preserveAspectRatio="none" aria-hidden="true">'
    + "".join(
        f'<path class="rnnw-{"pos" if level > 0 else "neg"}" '
        f'fill-opacity="{abs(level) / SHADES:.3g}" '
        f'd="M{level + SHADES} {"0h1v1" if level > 0 else ".2h1v.6"}h-1z"/>'
        for level in range(-SHADES, SHADES + 1)
        if level
    )
    + "</svg><span>above 0</span></p>"
)


def strips(data: Mapping[str, Any], now: int, shown: str) -> str:
    return "".join(_strip(data, name, now, shown) for name in data["cells"])


def _strip(data: Mapping[str, Any], name: str, now: int, shown: str) -> str:
    cell = data["cells"][name]
    letter = letter_of(cell, shown)
    units = len(cell["units"])
    levels = shades(data, name, letter, now)
    paths = "".join(
        f'<path data-level="{level}" class="rnnw-{"pos" if level > 0 else "neg"}" '
        f'fill-opacity="{abs(level) / LAST_SHADE:.3g}" d="{levels.get(level, "")}"/>'
        for level in range(-LAST_SHADE, LAST_SHADE + 1)
        if level
    )
    numbers = ", ".join(map(str, cell["units"]))
    return (
        f'<p class="rnnw-strip-name"><b>{escape(name)}</b> '
        f'<span data-film="letter {escape(name)}">{escape(data["names"][letter])}</span>; units '
        f"{numbers}; the true answer gets "
        f'<b data-said="sure {escape(name)}">{cell["sure"][now]}</b></p>'
        f'<svg class="rnnw-film" data-film="states {escape(name)}" '
        f'viewBox="0 0 {data["T"]} {units}" preserveAspectRatio="none" '
        f'style="--units:{units}" aria-hidden="true">{paths}</svg>'
    )


def shades(data: Mapping[str, Any], name: str, letter: str, now: int) -> dict[int, str]:
    """Return, for each shade from −6 to 6, the path of the cells that have it.

    Cells of one shade that are side by side are one piece; one below zero is less tall, so that
    colour is not the only sign.
    """
    cell, count = data["cells"][name], data["T"]
    units = len(cell["units"])
    size = count * units
    numbers = unpack(cell["states"][letter])[now * size : (now + 1) * size]
    paths: dict[int, str] = {}
    for unit in range(units):
        start = 0
        for t in range(1, count + 1):
            number = numbers[start * units + unit]
            if t < count and numbers[t * units + unit] == number:
                continue
            level = number + SHADES if letter in UNSIGNED else 2 * number
            tall = f"{unit}h{t - start}v1" if level > 0 else f"{unit}.2h{t - start}v.6"
            paths[level] = paths.get(level, "") + f"M{start} {tall}H{start}z"
            start = t
    return paths


def letters(data: Mapping[str, Any]) -> list[str]:
    """Return what there is to choose from: the change, and what any cell has.

    A cell shows its state where it does not have what was chosen, so the state of the cell that
    has most is choice enough.
    """
    cells = [list(cell["states"]) for cell in data["cells"].values()]
    most = max(cells, key=len)
    return list(dict.fromkeys([CHANGE, *most, *(k for cell in cells for k in cell[1:])]))


def letter_of(cell: Mapping[str, Any], shown: str) -> str:
    """Return what a cell shows: what was chosen, or its first letter, if it does not have that."""
    return shown if shown in cell["states"] else next(iter(cell["states"]))
