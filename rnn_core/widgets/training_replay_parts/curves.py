"""The curves of a training replay: over training, and over one sequence.

A curve is drawn on a field of its own width, so its labels keep their size on any screen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from ..charts import Point, line, px, scale
from ..packing import superscript, unpack
from .data import FOUND

WIDE, HIGH = 600, 100  # of a field; it is stretched to the room there is
SIGNAL = "Part of the error signal that reaches each step"
Ticks = Iterable[tuple[float, str]]


def over_training(data: Mapping[str, Any], now: int) -> str:
    """Return the held-out accuracy and loss against the steps of training."""
    guess = [(data["chance"], "guess")] if data["chance"] else []
    accuracy = [(0.0, "0 %"), (1.0, "100 %"), *guess]
    loss = [(0.0, "0"), (data["most"], f"{data['most']:g}")]
    return (
        f'<div class="rnnw-curves" style="--at:{place(data, now)}">'
        + _training(data, now, "accuracy", "Held-out sequences it gets right", accuracy, 1.0)
        + _training(data, now, "loss", "Loss on them, in nats", loss, data["most"])
        + "</div>"
    )


def place(data: Mapping[str, Any], now: int) -> str:
    """Return where a step is on the axis of training."""
    first, *_, last = data["steps"]
    return px(scale(first, last, 0, 100)(data["steps"][now])) + "%"


def points(data: Mapping[str, Any], name: str, what: str) -> list[Point]:
    """Return a curve over training on its field."""
    first, *_, last = data["steps"]
    x, y = scale(first, last, 0, WIDE), scale(0, _most(data, what), HIGH, 0)
    values = unpack(data["cells"][name][what])
    return [(x(step), y(value / 1000)) for step, value in zip(data["steps"], values, strict=True)]


def _most(data: Mapping[str, Any], what: str) -> float:
    return 1 if what == "accuracy" else data["most"]


def look(data: Mapping[str, Any], name: str) -> str:
    """Return the classes that give a cell's lines their colour and dashes."""
    letter = data["looks"][name]
    return f"gate-{letter} rnnw-as-{letter}"


def _moving(hook: str, curve: list[Point], at: Point) -> str:
    """Return a line and a dot on it, which a path of no length draws."""
    return (
        f'<path class="rnnw-line" data-past="{hook}" d="{line(curve)}"/>'
        f'<path class="rnnw-dot" data-dot="{hook}" d="M{px(at[0])} {px(at[1])}h0"/>'
    )


def _training(
    data: Mapping[str, Any], now: int, what: str, title: str, ticks: Ticks, most: float
) -> str:
    lines = ""
    for name in data["cells"]:
        curve = points(data, name, what)
        lines += (
            f'<g class="{look(data, name)}"><path class="rnnw-whole" d="{line(curve)}"/>'
            + _moving(f"{what} {escape(name)}", curve[: now + 1], curve[now])
            + "</g>"
        )
    first, *_, last = data["steps"]
    marks = _found(data) if what == "accuracy" else ""
    return (
        f'<div class="rnnw-plot"><p class="rnnw-what">{title}</p>'
        + field([(1 - value / most, label) for value, label in ticks], lines, title, marks)
        + f'<p class="rnnw-xs" aria-hidden="true"><span>{first}</span><span>steps of training'
        f"</span><span>{last}</span></p></div>"
    )


def _found(data: Mapping[str, Any]) -> str:
    """Return a mark where each cell was first right about nearly all sequences."""
    first, *_, last = data["steps"]
    x, marks = scale(first, last, 0, 100), ""
    for name, cell in data["cells"].items():
        if cell["found"] is not None:
            at = x(cell["found"])
            side = " rnnw-ends-here" if at > 60 else ""
            marks += (
                f'<p class="rnnw-found{side}" style="left:{px(at)}%">'
                f"<span>{escape(name)}: first {100 * FOUND:g} %, step {cell['found']}</span></p>"
            )
    return marks


def field(ticks: Iterable[tuple[float, str]], lines: str, label: str, marks: str = "") -> str:
    """Return a field with its grid, and the labels at its left; a tick is 0 at the top."""
    ticks = list(ticks)
    grid = "".join(f"M0 {px(HIGH * down)}H{WIDE}" for down, _ in ticks)
    texts = "".join(f'<span style="top:{px(100 * down)}%">{text}</span>' for down, text in ticks)
    return (
        f'<div class="rnnw-ys" aria-hidden="true">{texts}</div><div class="rnnw-field">'
        f'<svg viewBox="0 0 {WIDE} {HIGH}" preserveAspectRatio="none" role="img" '
        f'aria-label="{label}. A sentence on the page says the numbers.">'
        f'<path class="rnnw-grid" d="{grid}"/>{lines}</svg>{marks}</div>'
    )


def left(data: Mapping[str, Any], name: str, now: int) -> list[Point]:
    """Return what is left of the error signal at each time that was kept, on its field."""
    x = scale(0, data["T"], 0, WIDE)
    y = scale(100 * data["top"], 100 * data["floor"], 0, HIGH)
    count = len(data["times"])
    values = unpack(data["cells"][name]["left"])[now * count : (now + 1) * count]
    return [(x(t + 0.5), y(value)) for t, value in zip(data["times"], values, strict=True)]


def over_a_sequence(data: Mapping[str, Any], now: int) -> str:
    """Return what is left of the error signal at each step of a sequence."""
    top, floor = data["top"], data["floor"]
    by = max(1, round((top - floor) / 4))
    ticks = [
        ((top - power) / (top - floor), "all" if power == 0 else f"10{superscript(power)}")
        for power in range(top, floor - 1, -1)
        if power % by == 0
    ]
    lines = ""
    for name in data["cells"]:
        curve = left(data, name, now)
        lines += (
            f'<g class="{look(data, name)}">'
            + _moving(f"left {escape(name)}", curve, curve[data["since"]])
            + "</g>"
        )
    return field(ticks, lines, SIGNAL)
