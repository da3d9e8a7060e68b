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
from .pen import Pen
from .saying import chooser, saying
from .score import letters, score
from .tables import lstm as lstm_table


def figure(data: Mapping[str, Any], t: int, unit: int, letter: str) -> str:
    """Return the figure at step `t` and `unit`, its heat map showing `letter`."""
    pen = Pen(data, t, unit, letter)
    cells = "".join(diagram(lstm_table, layout, pen) for layout in (WIDE, TALL))
    longest = max(map(len, data["glyphs"]))
    extent = f"--T:{data['T']};--H:{data['H']};--w:{max(12, 9 * longest + 4 * (longest > 1))}px"
    time = time_controls(data["T"] - 1, t, text=f"step {t}, {pen.name}")
    return (
        f'<div class="rnnw-stepper" style="{extent}">{letters(pen)}{score(pen)}{time}'
        f"{saying(pen)}{chooser(pen)}{cells}{arithmetic(pen)}</div>"
    )
