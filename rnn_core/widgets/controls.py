"""The controls of a figure that steps through time, and what is said about the present step."""

from __future__ import annotations

from html import escape

from .pen import Pen, symbol

ICONS = {
    "back": '<path d="M15 5v14l-9-7z"/><path d="M4 5h2v14H4z"/>',
    "play": '<path class="rnnw-go" d="M7 4.5v15l12-7.5z"/>'
    '<path class="rnnw-hold" d="M6 5h4v14H6zm8 0h4v14h-4z"/>',
    "next": '<path d="M9 5v14l9-7z"/><path d="M18 5h2v14h-2z"/>',
}


def time_controls(pen: Pen) -> str:
    """Return back, play, next and the slider; the script enables them."""
    last = pen.data["T"] - 1
    buttons = "".join(
        f'<button type="button" data-do="{key}" aria-label="{name}" title="{name}" disabled>'
        f'<svg viewBox="0 0 24 24" aria-hidden="true">{ICONS[key]}</svg></button>'
        for key, name in (("back", "Step back"), ("play", "Play"), ("next", "Step forward"))
    )
    return (
        f'<div class="rnnw-controls">{buttons}<input type="range" min="0" max="{last}" '
        f'value="{pen.t}" aria-label="Time step" disabled>'
        f'<span class="rnnw-time"><i>t</i> = <b data-t>{pen.t}</b>'
        f'<span class="rnnw-of"> of 0…{last}</span></span></div>'
        '<noscript class="rnnw-still">The controls need JavaScript. Without it the figure stands '
        "still.</noscript>"
    )


def saying(pen: Pen) -> str:
    """Return the sentence on the present step; it is also what is read aloud."""
    parts = [
        f'Step <span data-t>{pen.t}</span> reads <b class="rnnw-glyph" data-char '
        f'aria-hidden="true">{escape(pen.glyph)}</b><span class="rnnw-aloud" data-name>'
        f"{escape(pen.name)}</span>"
    ]
    if pen.data["truth"]:
        state = (pen.data["follows"] or {}).get("state", "true")
        answer = "yes" if pen.data["truth"][pen.t] == "1" else "no"
        parts.append(f"{escape(state)}: <b data-truth>{answer}</b>")
    if pen.data["output"]:
        parts.append(f'the model says <b class="rnnw-n" data-n="y">{pen.write("y")}</b>')
    aloud = (
        f'<span class="rnnw-aloud">Unit <span data-u>{pen.unit}</span> keeps '
        f"{pen.number('fc', 'c')} and adds {pen.number('ig', 'c')}.</span>"
    )
    return (
        f'<p class="rnnw-saying" aria-live="polite" aria-atomic="true">{"; ".join(parts)}. '
        f"{aloud}</p>"
    )


def chooser(pen: Pen) -> str:
    """Return the choice of a unit and, where it was measured, what the unit follows."""
    options = "".join(
        f"<option{' selected' if u == pen.unit else ''}>{u}</option>" for u in range(pen.data["H"])
    )
    select = f'<label>Unit <select data-do="unit" disabled>{options}</select></label>'
    follows = pen.data["follows"]
    if not follows:
        return f'<div class="rnnw-chooser">{select}</div>'
    return (
        f'<div class="rnnw-chooser">{select}<button type="button" data-do="best" disabled>'
        f"Show me the unit that follows {escape(follows['name'])} best</button></div>"
        f'<p class="rnnw-follows">Unit <span data-u>{pen.unit}</span>: correlation '
        f'<i>r</i> = <b class="rnnw-n" data-n="r">{pen.write("r")}</b> between its '
        f"{symbol(follows['letter'])} and being {escape(follows['state'])}"
        f"<span data-best{'' if pen.unit == follows['best'] else ' hidden'}>, the strongest of "
        f"the {pen.data['H']} units</span>. {escape(follows['measured_on'])}</p>"
    )
