"""What a gate stepper says about the present step, and the choice of a unit."""

from __future__ import annotations

from html import escape

from .held import comparison
from .pen import Pen, symbol


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
        f'<span class="rnnw-aloud">Unit <span data-u>{pen.unit}</span> '
        f"{pen.formula(pen.table.aloud)}.</span>"
    )
    return (
        f'<p class="rnnw-saying" aria-live="polite" aria-atomic="true">{"; ".join(parts)}. '
        f"{aloud}{comparison(pen)}</p>"
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
        f'<i>r</i> = <b class="rnnw-n" data-n="corr">{pen.write("corr")}</b> between its '
        f"{symbol(follows['letter'])} and being {escape(follows['state'])}"
        f"<span data-best{'' if pen.unit == follows['best'] else ' hidden'}>, the strongest of "
        f"the {pen.data['H']} units</span>. {escape(follows['measured_on'])}</p>"
    )
