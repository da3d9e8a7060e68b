"""h of one unit over time as written and as read; convention_switchboard.js computes likewise."""

from __future__ import annotations

from collections.abc import Sequence

from ..charts import band, line, px, scale, text
from .data import STEPS

TIME, VALUE = scale(0, STEPS - 1, 26, 276), scale(1000, -1000, 22, 178)
APART = 17  # so far apart stand the words at the ends of the lines


def chart(written: Sequence[int], read: Sequence[int], unit: int) -> str:
    """Return the chart of two runs in thousandths; `read` may be empty."""
    right, wrong = points(written), points(read)
    y, other = labels(right, wrong)
    ticks = "".join(
        text(20, VALUE(1000 * v) + 4.5, name, "end") for v, name in ((1, "1"), (0, "0"), (-1, "−1"))
    )
    ticks += "".join(text(TIME(t), 196, str(t)) for t in (0, 10, 20, 30))
    grid = "".join(f"M26 {px(VALUE(1000 * v))}H276" for v in (1, 0, -1))
    named = text(26, 12, f"<tspan>h</tspan> of unit {unit}", "start")
    lost = "" if wrong else " hidden"
    return (
        f'<svg class="rnnw-chart" viewBox="0 0 360 204" role="img" aria-label="h of unit {unit} '
        f'over {STEPS} steps, as written and as read"><path class="rnnw-grid" d="{grid}"/>'
        f"{ticks}{text(276, 196, 'step', 'end')}{named}"
        f'<path class="rnnw-band" data-off d="{band(right, wrong) if wrong else ""}"/>'
        f'<path class="rnnw-line rnnw-conv-wrong" data-wrong d="{line(wrong)}"/>'
        f'<path class="rnnw-line gate-h" data-right d="{line(right)}"/>'
        + text(284, y, "— written", "start", ' class="gate-h" data-at-right')
        + text(284, other, "- - read", "start", f" data-at-wrong{lost}")
        + "</svg>"
    )


def points(values: Sequence[int]) -> list[tuple[float, float]]:
    """Return where a run's values stand."""
    return [(TIME(t), VALUE(value)) for t, value in enumerate(values)]


def labels(right: Sequence[tuple[float, float]], wrong: Sequence[tuple[float, float]]) -> tuple:
    """Return the heights of the words at the lines' ends, which do not cover each other."""
    y = right[-1][1] + 4.5
    other = wrong[-1][1] + 4.5 if wrong else y
    if abs(other - y) < APART:
        other = y + APART if other > y or y < 40 else y - APART
    return y, other
