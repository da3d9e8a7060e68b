"""The two charts of the figure of half-lives, by the same arithmetic as memory_half_life.js.

Both are 360 wide, so that their text keeps its size on a phone.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

from rnn_core import diagnostics

from ..charts import line, px, scale, text
from .data import BINS, FIRST, LAST
from .standing import Standing

RANGES = (5, 20, 100, 500, 2500)  # steps along the curve: the first with room for its half-life
POINTS, TICKS = 200, 5
LEFT = scale(1, 0, 14, 234)  # what is left of the state
AXIS = scale(FIRST, LAST, 8, 352)
ROOF, FLOOR = 80, 132  # the bars of the chrono units
SHELF, GROUND = 170, 262  # the dots of the trained units
NAME = ' class="rnnw-row-name"'
MARK = ' class="rnnw-ink" data-mark'
NUMBERED = 16  # so many dots are large enough for their numbers


def decay(now: Standing, letter: str, state: str) -> str:
    """Return what is left of the `state` state, from 1 down, over the steps."""
    last = reach(now.steps)
    time = scale(0, last, 30, 350)
    marks = [k * last // TICKS for k in range(TICKS + 1)]
    ticks = "".join(text(time(t), 252, str(t), more=" data-tick") for t in marks)
    ticks += "".join(text(24, LEFT(y) + 4.5, name, "end") for y, name in ((0, "0"), (0.5, "½")))
    steps = [k * last / POINTS for k in range(POINTS + 1)]
    curve = line((time(t), LEFT(now.factor**t)) for t in steps)
    ticks += text(8, -4, f"what is left of the {state} state", "start", NAME)
    drop, x, y, anchor, words = _mark(now)
    return (
        f'<svg class="rnnw-chart" viewBox="0 -20 360 292" role="img" aria-label="What is left of '
        f'the {state} state, from 1 down to 0, step by step"><path class="rnnw-grid" '
        f'd="M30 14H350M30 124H350"/><path class="rnnw-axis" d="M30 234H350"/>{ticks}'
        f"{text(24, 18.5, '1', 'end')}{text(350, 270, 'steps', 'end')}"
        f'<path class="rnnw-line gate-{state[0]}" data-curve d="{curve}"/>'
        f'<path class="rnnw-drop gate-{letter}" data-drop d="{drop}"/>'
        f"{text(x, y, words, anchor, MARK)}</svg>"
    )


def reach(half_life: float) -> int:
    """Return how many steps the curve is drawn over: the half-life is in its first part."""
    return next((last for last in RANGES if 2.5 * half_life <= last), RANGES[-1])


def _mark(now: Standing) -> tuple[str, float, float, str, str]:
    """Return the path to the half-life, and place, anchor and words of its label."""
    words = f"half left after {now.half} steps"
    last = reach(now.steps)
    x = scale(0, last, 30, 350)(now.steps)
    drop = f"M30 124H{px(x)}V234"
    if now.steps > 0.6 * last:
        return drop, x - 8, 145, "end", words
    return drop, x + 8, 114, "start", words


def spread(
    now: Standing, letter: str, state: str, units: int, used: Sequence[int | None] | None, name: str
) -> str:
    """Return half-lives on a logarithmic axis: the bias's, the chrono units', the trained units'.

    `used` are the half-lives of the trained units in tenths, None where one has no end.
    """
    bottom = FLOOR if used is None else GROUND
    span = f"{10**FIRST:.1f} to {round(10**LAST, -2):g}"
    x = AXIS(math.log10(now.steps))
    ends = "".join(text(AXIS(k), bottom + 18, f"{10**k}") for k in range(4))
    grid = "".join(f"M{px(AXIS(k))} 42V{bottom}" for k in range(4))
    longest = f"<tspan data-longest>{now.t_max}</tspan>"
    row = text(8, 54, f"chrono, up to {longest} steps: {units} units", "start", NAME)
    dots = "" if used is None else _dots(used, state, name)
    gap = "" if used is None else f"V146M{px(x)} 166"
    most = max(now.counts)
    tallest = AXIS(_edge(now.counts.index(most) + 0.5))
    height = text(min(max(tallest, 30), 330), ROOF - 5, f"{most} units", more=f"{NAME} data-most")
    return (
        f'<svg class="rnnw-chart" viewBox="0 -20 360 {bottom + 58}" role="img" aria-label="'
        f'Half-lives on a logarithmic axis, from {span} steps"><path class="rnnw-grid" '
        f'd="{grid}"/>{_biases()}<path class="rnnw-axis" d="M8 {bottom}H352"/>{ends}'
        f"{text(352, bottom + 36, 'half-life, in steps', 'end')}"
        f'<path class="rnnw-bars" data-bars d="{_bars(now.counts)}"/>'
        f'<path class="rnnw-drop gate-{letter}" data-here '
        f'd="M{px(x)} 30V40M{px(x)} 60{gap}V{bottom}"/>'
        f'<path class="rnnw-tip gate-{letter}" data-tip d="M{px(x - 6)} 22H{px(x + 6)}L{px(x)} 32Z"'
        f"/>{height}{row}{dots}</svg>"
    )


def _biases() -> str:
    """Return the scale of biases above the axis: each stands at the half-life it gives."""
    lives = {b: float(diagnostics.half_life_of_bias(b)) for b in (-2, *range(8))}  # −1 has no room
    numbers = (text(AXIS(math.log10(n)), 14, str(b).replace("-", "−")) for b, n in lives.items())
    return f"{text(8, -5, 'a bias of', 'start')}{''.join(numbers)}"


def _bars(counts: Sequence[int]) -> str:
    """Return one bar for each count; the highest fills the room."""
    most, path = max(counts), ""
    for k, count in enumerate(counts):
        if count:
            left, right = AXIS(_edge(k)) + 0.5, AXIS(_edge(k + 1)) - 0.5
            top = FLOOR - ((FLOOR - ROOF) * count) / most
            path += f"M{px(left)} {FLOOR}V{px(top)}H{px(right)}V{FLOOR}Z"
    return path


def _edge(k: float) -> float:
    return FIRST + (k * (LAST - FIRST)) / BINS


def _dots(used: Sequence[int | None], state: str, name: str) -> str:
    """Return a dot for each trained unit; one that would cover another stands above it."""
    numbered = len(used) <= NUMBERED
    radius = 8.5 if numbered else 3.5
    last: list[float] = []  # where the last dot of each level is
    dots = []
    for unit, x in sorted(enumerate(map(_place, used)), key=lambda pair: pair[1]):
        level = next((k for k, at in enumerate(last) if x - at > 2 * radius), len(last))
        last[level : level + 1] = [x]
        dots.append((unit, x, level))
    rise = min(2 * radius + 0.5, (GROUND - SHELF - 2 * radius) / max(1, len(last) - 1))
    drawn = ""
    for unit, x, level in dots:
        y = GROUND - radius - 1.5 - level * rise
        number = text(x, y + 4, str(unit)) if numbered else ""
        drawn += f'<circle cx="{px(x)}" cy="{px(y)}" r="{radius}"/>{number}'
    title = text(8, 160, f"{escape(name)}: {len(used)} units", "start", NAME)
    return f'{title}<g class="rnnw-units-used gate-{state[0]}">{drawn}</g>'


def _place(tenths: int | None) -> float:
    """Return where a half-life stands; at an end of the axis, if it lies beyond."""
    log = LAST if tenths is None else math.log10(max(tenths, 1) / 10)
    return AXIS(min(max(log, FIRST), LAST))
