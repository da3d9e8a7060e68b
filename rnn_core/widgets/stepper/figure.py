"""Draw the whole gate stepper once, as markup.

This is what a reader without JavaScript and a printed page see, and what gate_stepper.js brings
to life: it changes texts, custom properties and the heat map's paths, and draws nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..controls import time_controls
from .arithmetic import arithmetic
from .diagram import TALL, WIDE, diagram
from .held import controls, run_of
from .pen import Pen
from .saying import chooser, saying
from .score import letters, score


def figure(data: Mapping[str, Any], t: int, unit: int, letter: str, hold: Mapping[str, Any]) -> str:
    """Return the figure at step `t` and `unit`, its heat map showing `letter`.

    `hold` is the gate that is held, its value and from which step on; empty for the free run.
    """
    pen = Pen(data, t, unit, letter, run_of(data, hold))
    cells = "".join(diagram(layout, pen) for layout in (WIDE, TALL))
    longest = max(map(len, data["glyphs"]))
    extent = f"--T:{data['T']};--H:{data['H']};--w:{max(12, 9 * longest + 4 * (longest > 1))}px"
    time = time_controls(data["T"] - 1, t, text=f"step {t}, {pen.name}")
    held = " data-held" if pen.held else ""
    return (
        f'<div class="rnnw-stepper" style="{extent}"{held}>{letters(pen)}{controls(pen, hold)}'
        f"{score(pen)}{time}{saying(pen)}{chooser(pen)}{cells}"
        f"{arithmetic(pen)}</div>"
    )
