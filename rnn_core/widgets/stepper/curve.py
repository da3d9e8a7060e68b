"""One unit over time as a line, the model's output as bars, and the free run behind a held one."""

from __future__ import annotations

from collections.abc import Sequence

from ..charts import line, px, scale
from .on_paper import ONE
from .pen import Pen

HEIGHT = 64  # of the line's box; the bars' is 100


def bars(pen: Pen) -> str:
    """Return the model's output at each step as bars; behind them, the free run's as a line."""
    if not pen.data["output"]:
        return ""
    drawn = "".join(f"M{k} 100h1v-{px(y / 100)}h-1z" for k, y in enumerate(pen.numbers.output))
    free = [
        point
        for k, y in enumerate(pen.free.output)
        for point in ((k, 100 - y / 100), (k + 1, 100 - y / 100))
    ]
    return (
        f'<svg class="rnnw-output" viewBox="0 0 {pen.data["T"]} 100" aria-hidden="true" '
        f'preserveAspectRatio="none"><path d="{drawn}"/>'
        f'<path class="rnnw-ghost" d="{line(free) if pen.run else ""}"/></svg>'
    )


def _unit(pen: Pen, free: bool) -> list[int]:
    series = (pen.free if free else pen.numbers).series[pen.letter]
    return series[:, pen.unit].tolist()


def reach(*rows: Sequence[int]) -> int:
    """Return the whole number up to which the box goes: at least 1."""
    return max(1, *(-(-max(map(abs, row)) // ONE) for row in rows))


def curve(pen: Pen) -> str:
    """Return the chosen unit over time; where a gate is held, the free run is dashed behind it."""
    now, free = _unit(pen, False), _unit(pen, True)
    top = reach(now, free) * ONE
    y = scale(-top, top, HEIGHT - 2, 2)
    drawn, ghost = (line((k + 0.5, y(v)) for k, v in enumerate(row)) for row in (now, free))
    return (
        f'<svg class="rnnw-curve gate-{pen.letter}" viewBox="0 0 {pen.data["T"]} {HEIGHT}" '
        'aria-hidden="true" preserveAspectRatio="none">'
        f'<path class="rnnw-zero" d="M0 {HEIGHT // 2}H{pen.data["T"]}"/>'
        f'<path class="rnnw-ghost" d="{ghost if pen.run else ""}"/>'
        f'<path class="rnnw-line" d="{drawn}"/></svg>'
    )


def side(pen: Pen) -> str:
    """Return what stands beside the line: its letter, and how far up and down its box goes."""
    top = reach(_unit(pen, False), _unit(pen, True))
    return (
        f'<div class="rnnw-reach"><span data-reach>{top}</span>'
        f'<i data-letter class="gate-{pen.letter}">{pen.letter}</i>'
        f"<span>−<span data-reach>{top}</span></span></div>"
    )


def since_mark(pen: Pen) -> str:
    """Return the line at the step from which on a gate is held."""
    since = pen.run["from"] if pen.run else 0
    return f'<div class="rnnw-since" style="--s:{since}"{"" if pen.run else " hidden"}></div>'
