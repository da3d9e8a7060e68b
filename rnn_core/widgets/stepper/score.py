"""The text and, under each character, what is true, the model's output and every unit's state."""

from __future__ import annotations

from html import escape

from rnn_core.palette import LOOKS

from .curve import bars, curve, side, since_mark
from .pen import Pen

LEVELS = 8  # shades of the heat map on either side of zero


def letters(pen: Pen) -> str:
    """Return the choice of what the heat map shows, and the scale of its shades."""
    choices = "".join(
        f'<label class="gate-{k}" title="{LOOKS[k].name}"><input type="radio" name="shown" '
        f'value="{k}"{" checked" if k == pen.letter else ""} disabled '
        f'aria-label="{k}, {LOOKS[k].name}"><i>{k}</i></label>'
        for k in pen.data["shows"]
    )
    # A form of its own keeps the radio buttons of two figures on one page apart.
    return (
        f'<form class="rnnw-letters"><fieldset><legend>Rows show</legend>{choices}</fieldset>'
        f'<p class="rnnw-scale">−1<i></i>1</p></form>'
    )


def score(pen: Pen) -> str:
    """Return the text with everything that is aligned with it, in a box that scrolls."""
    units = "".join(f"<span>{u}</span>" for u in range(pen.data["H"]))
    model = "<span>model</span>" if pen.data["output"] else ""
    return (
        '<div class="rnnw-score"><div class="rnnw-side" aria-hidden="true">'
        f'<span>text</span>{model}<div class="rnnw-units">{units}</div>{side(pen)}</div>'
        '<div class="rnnw-scroll" tabindex="0" role="group" aria-label="The text, and under each '
        "character the state of every unit. Left and right arrows change the step, up and down "
        f'the unit."><div class="rnnw-strip">{_text(pen)}{bars(pen)}'
        f'<div class="rnnw-map">{_heat(pen)}<div class="rnnw-row" style="--u:{pen.unit}"></div>'
        f'</div>{curve(pen)}{since_mark(pen)}<div class="rnnw-column" style="--t:{pen.t}"></div>'
        "</div></div></div>"
        f'<p class="rnnw-legend">{_legend(pen)}</p>'
    )


def _text(pen: Pen) -> str:
    truth = pen.data["truth"] or ""
    cells = "".join(
        f"<span{' class=rnnw-true' if truth[k : k + 1] == '1' else ''}>{escape(glyph)}</span>"
        for k, glyph in enumerate(pen.data["glyphs"])
    )
    return f'<div class="rnnw-text{" rnnw-lined" if truth else ""}">{cells}</div>'


def _heat(pen: Pen) -> str:
    """Return the heat map: one path for each shade, positive and negative."""
    steps, units = pen.data["T"], pen.data["H"]
    paths = {level: "" for level in range(-LEVELS, LEVELS + 1) if level}
    for t in range(steps):
        for unit in range(units):
            value = pen.part(pen.letter, t, unit)
            level = int(abs(value) * LEVELS + 0.5)
            if level:
                # A negative cell is less tall, so that colour is not the only sign.
                cell = f"M{t} {unit}h1v1h-1z" if value > 0 else f"M{t} {unit}.2h1v.6h-1z"
                paths[level if value > 0 else -level] += cell
    shades = "".join(
        f'<path data-level="{level}" class="rnnw-{"pos" if level > 0 else "neg"}" '
        f'fill-opacity="{abs(level) / LEVELS}" d="{path}"/>'
        for level, path in paths.items()
    )
    return (
        f'<svg class="rnnw-heat" viewBox="0 0 {steps} {units}" aria-hidden="true" '
        f'preserveAspectRatio="none">{shades}</svg>'
    )


def _legend(pen: Pen) -> str:
    state = (pen.data["follows"] or {}).get("state", "true")
    large = " and ".join(k for k in pen.data["shows"] if k in pen.data["large"])
    said = [
        f"Solid line under the text: {escape(state)}." if pen.data["truth"] else "",
        "Grey bars: the model’s probability of it, from 0 to 1." if pen.data["output"] else "",
        "Below: one row for each unit, blue and tall above zero, orange and flat below"
        + (f"; the shade of {large} is that of tanh({large})." if large else "."),
        "Last, the chosen unit as a line.",
        "Dashed, where a gate is held: the run with no gate held." if pen.data["holds"] else "",
    ]
    return " ".join(filter(None, said))
