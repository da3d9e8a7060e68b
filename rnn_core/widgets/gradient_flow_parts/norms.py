"""The chart of the norms against the lag, and the table of what is left."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from ..charts import CELL_LOOKS, band, line, px, scale, text
from ..packing import superscript
from .data import CELLS, LINES, Reader
from .words import power, spread

GATES = CELL_LOOKS | {"LSTM c": "c"}
GAP = 17  # least distance of the labels at the lines' ends
TICKS = 8


class Layout(NamedTuple):
    """Size of a chart and the box its lines are in, in pixels."""

    name: str
    width: int
    height: int
    box: tuple[int, int, int, int]  # left, right, top, bottom


WIDE = Layout("wide", 760, 340, (52, 644, 34, 296))
TALL = Layout("tall", 340, 320, (44, 238, 34, 276))


def axis(reader: Reader) -> tuple[int, int, int]:
    """Return the exponents at the bottom and the top of the chart, and between its ticks."""
    low = min(min(curve.low) for curve in reader.curves.values())
    high = max(max(curve.high) for curve in reader.curves.values())
    bottom = next(e for e in (-30, -60, -100, -150, -300) if 100 * e <= low or e == -300)
    top = next(e for e in (3, 10, 20, 40, 80, 160, 320) if 100 * e >= high or e == 320)
    return bottom, top, next(e for e in (10, 20, 50, 100) if (top - bottom) / e < TICKS)


def apart(heights: Mapping[str, float], bottom: float) -> dict[str, float]:
    """Return heights near the given ones, at least a label's apart and not below the bottom."""
    order = sorted(heights, key=heights.__getitem__)
    found, last = dict(heights), -GAP * 1.0
    for name in order:
        found[name] = last = max(found[name], last + GAP)
    last = bottom + GAP
    for name in reversed(order):
        found[name] = last = min(found[name], last - GAP)
    return found


def chart(layout: Layout, reader: Reader, length: int) -> str:
    """Return the chart in one of its layouts."""
    left, right, top, bottom = layout.box
    lowest, highest, step = axis(reader)
    x = scale(0, reader.data["steps"], left, right)
    y = scale(100 * highest, 100 * lowest, top, bottom)
    across = [x(lag) for lag in reader.data["lags"] if lag <= length]
    ends = {cell: y(reader.exponent(cell, length)) for cell in CELLS}
    labels = apart(ends, bottom)
    drawn = ""
    for name in LINES:
        curve = reader.curves[name]
        mean, low, high = (
            [(a, y(n)) for a, n in zip(across, part, strict=False)] for part in curve
        )
        inside = f'<path class="rnnw-line" data-line="{name}" d="{line(mean)}"/>'
        if name in CELLS:
            inside = (
                f'<path class="rnnw-band" data-band="{name}" d="{band(low, high)}"/>{inside}'
                f'<path class="rnnw-lead" data-lead="{name}" '
                f'd="{line([(x(length), ends[name]), (x(length) + 10, labels[name])])}"/>'
                + text(
                    *(x(length) + 14, labels[name] + 5, _label(reader, name, length), "start"),
                    f' class="rnnw-ink" data-end="{name}"',
                )
            )
        kind = "rnnw-cell-c" if name == "LSTM c" else f"rnnw-cell-{name.lower()}"
        drawn += f'<g class="gate-{GATES[name]} {kind}">{inside}</g>'
    return (
        f'<svg class="rnnw-chart rnnw-norms rnnw-{layout.name}" aria-hidden="true" '
        f'viewBox="0 0 {layout.width} {layout.height}" data-box="{left} {right} {top} {bottom}">'
        f"{_grid(layout, y, lowest, highest, step)}{_below(layout, reader)}{drawn}</svg>"
    )


def _label(reader: Reader, cell: str, length: int) -> str:
    return f"{cell} {power(reader.exponent(cell, length))}"


def _grid(layout: Layout, y, lowest: int, highest: int, step: int) -> str:
    """Return the horizontal lines, one for each power of ten with a name."""
    left, right, _, _ = layout.box
    exponents = list(range(highest // step * step, lowest - 1, -step))
    lines = "".join(f"M{left} {px(y(100 * e))}H{right}" for e in exponents)
    named = [(y(100 * e) + 5, "10" + superscript(e) if e else "1") for e in exponents]
    named += [(0, "")] * (TICKS + 1 - len(exponents))
    return f'<path class="rnnw-grid" data-grid d="{lines}"/>' + "".join(
        text(left - 7, height, name, "end", " data-tick") for height, name in named
    )


def _below(layout: Layout, reader: Reader) -> str:
    """Return the horizontal axis and what the axes are."""
    left, right, top, bottom = layout.box
    steps = reader.data["steps"]
    x = scale(0, steps, left, right)
    lags = range(0, steps + 1, max(1, steps // 3))
    return (
        f'<path class="rnnw-axis" d="M{left} {bottom}H{right}'
        + "".join(f"M{px(x(lag))} {bottom}v5" for lag in lags)
        + '"/>'
        + "".join(text(x(lag), bottom + 19, str(lag)) for lag in lags)
        + text((left + right) / 2, bottom + 38, "steps back from the loss")
        + text(
            0, top - 18, "size of the error signal, ‖∂<tspan>L</tspan>/∂<tspan>h</tspan>‖", "start"
        )
    )


def table(reader: Reader, length: int) -> str:
    """Return what is left after 10, after 50 and after the chosen steps, as a table."""
    lags = reader.data["lags"]
    columns = [*(lag for lag in (10, 50) if lag in lags), None]
    heads = "".join(
        f'<th scope="col">after <b{" data-length" if lag is None else ""}>{lag or length}</b> '
        "steps</th>"
        for lag in columns
    )
    rows = ""
    for name in LINES:
        of = " <span>∂<i>L</i>/∂<i>c</i></span>" if name == "LSTM c" else ""
        kind = name.split()[0]
        cells = "".join(
            f'<td data-left="{name}" data-lag="{lag or ""}">{left(reader, name, lag, length)}</td>'
            for lag in columns
        )
        rows += f'<tr><th scope="row" class="gate-{GATES[name]}">{kind}{of}</th>{cells}</tr>'
    return (
        '<table class="rnnw-left"><caption>What is left of the error signal</caption>'
        f"<thead><tr><td></td>{heads}</tr></thead><tbody>{rows}</tbody></table>"
    )


def left(reader: Reader, name: str, lag: int | None, length: int) -> str:
    """Return a cell of the table: the mean and, if it shows, the range over seeds."""
    lag = length if lag is None else lag
    if lag > length:
        return "<b>–</b> <small></small>"
    at = reader.data["lags"].index(lag)
    curve = reader.curves[name]
    return f"<b>{power(curve.mean[at])}</b> <small>{spread(curve.low[at], curve.high[at])}</small>"
