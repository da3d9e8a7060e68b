"""Draw a text reading view once, as markup; text_view.js colours the characters anew."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from rnn_core.palette import LOOKS

from ..controls import choice, time_controls
from ..packing import shown, unpack
from .data import shade

PLAIN = {"·": " ", "⏎": "\n", "⇥": "\t"}


class View:
    """A view's data where it stands: at one character, unit and letter."""

    def __init__(self, data: Mapping[str, Any], t: int, unit: int, letter: str) -> None:
        self.data, self.t, self.unit, self.letter = data, t, unit, letter
        self.place = data["units"].index(unit)
        self.values = unpack(data["values"][letter])[self.place :: len(data["units"])]

    @property
    def symbol(self) -> str:
        """The letter in its colour."""
        return f'<i class="gate-{self.letter}" data-letter>{self.letter}</i>'

    @property
    def name(self) -> str:
        """The name of the present character, or the character."""
        sign = self.data["signs"][self.t]
        return self.data["names"].get(sign, sign)

    def correlation(self) -> str:
        """Return the unit's correlation with the truth over this text."""
        return self.data["r"][self.letter][self.place]


def figure(view: View, typed: str | None) -> str:
    """Return the figure; `typed` is the text a reader may change, None where no model reads it."""
    spoken = f"character {view.t}, {view.name}"
    time = time_controls(view.data["T"] - 1, view.t, name="Character", text=spoken)
    return (
        f'<div class="rnnw-top">{_letters(view)}{_unit(view)}{_scale()}</div>{_words(view)}'
        f"{time}{_saying(view)}"
        f'{_follows(view)}<p class="rnnw-note">{_note(view)}</p>'
        f"{'' if typed is None else _own(typed)}"
    )


def _letters(view: View) -> str:
    options = [
        (k, f'<i class="gate-{k}">{k}</i><span class="rnnw-aloud"> {LOOKS[k].name}</span>')
        for k in view.data["values"]
    ]
    return choice("shown", "Show", options, view.letter)


def _unit(view: View) -> str:
    options = "".join(
        f"<option{' selected' if unit == view.unit else ''}>{unit}</option>"
        for unit in view.data["units"]
    )
    select = f'<label>of unit <select data-do="unit" disabled>{options}</select></label>'
    if not view.data["follows"]:
        return select
    name = escape(view.data["follows"]["name"])
    return (
        f'{select}<button type="button" data-do="best" disabled>Unit that follows {name}</button>'
    )


def _scale() -> str:
    return '<p class="rnnw-ends" aria-hidden="true">−1<i></i><i></i>1</p>'


def _words(view: View) -> str:
    """Return the text: once to be read aloud, and once with its characters coloured."""
    truth: str = view.data["truth"]
    signs: list[str] = view.data["signs"]
    plain = "".join(PLAIN.get(sign, sign) for sign in signs)
    gap = " " if any(len(sign) > 1 for sign in signs) else ""
    spans = ""
    for t, (sign, value) in enumerate(zip(signs, view.values, strict=True)):
        kind = " class=rnnw-true" if truth and truth[t] == "1" else ""
        at = " data-at" if t == view.t else ""
        mark = " " if sign == "·" else escape(sign)
        end = "\n" if sign == "⏎" else gap
        spans += f'<span{kind} data-v="{shade(value, view.letter)}"{at}>{mark}</span>{end}'
    return (
        '<div class="rnnw-words" data-do="words" tabindex="0" role="group" '
        'aria-label="The text. Left and right arrows move by a character, up and down by a line.">'
        f'<p class="rnnw-aloud">{escape(plain)}</p>'
        f'<div class="rnnw-page" aria-hidden="true">{spans}</div></div>'
    )


def _saying(view: View) -> str:
    """Return the sentence on the present character; it is also what is read aloud."""
    sign, truth = view.data["signs"][view.t], ""
    if view.data["truth"]:
        answer = "yes" if view.data["truth"][view.t] == "1" else "no"
        truth = f"; {escape(view.data['state'])}: <b data-truth>{answer}</b>"
    return (
        '<p class="rnnw-saying" aria-live="polite" aria-atomic="true">Character <span data-place>'
        f'{view.t}</span>, <b class="rnnw-glyph" data-sign aria-hidden="true">{escape(sign)}</b>'
        f'<span class="rnnw-aloud" data-name>{escape(view.name)}</span>: {view.symbol} of unit '
        f'<span data-unit>{view.unit}</span> is <b class="rnnw-n" data-value>'
        f"{shown(view.values[view.t], 2)}</b>{truth}.</p>"
    )


def _follows(view: View) -> str:
    """Return the correlations with the truth: over this text, and as it was measured."""
    parts = []
    if view.data["r"]:
        parts.append(
            f"Over this text the correlation of {view.symbol} of unit <span data-unit>{view.unit}"
            f"</span> with being {escape(view.data['state'])} is <i>r</i> = "
            f'<b class="rnnw-n" data-r>{view.correlation()}</b>.'
        )
    if found := view.data["follows"]:
        parts.append(
            f"On a longer text <i>{found['letter']}</i> of this unit has <i>r</i> = "
            f'<b class="rnnw-n" data-measured>{found["r"][view.place]}</b>'
            f"<span data-best{'' if view.unit == found['best'] else ' hidden'}>, the strongest"
            f"</span>. {escape(found['measured_on'])}"
        )
    return f'<p class="rnnw-follows">{" ".join(parts)}</p>' if parts else ""


def _note(view: View) -> str:
    line = f"Line under the text: {escape(view.data['state'])}. " if view.data["truth"] else ""
    shades = (
        " The shade of <i>c</i> is that of tanh <i>c</i>." if "c" in view.data["values"] else ""
    )
    return f"{line}Blue over the whole height: above zero. Orange and flat: below.{shades}"


def _own(typed: str) -> str:
    """Return the field for a text of one's own; it is there only where a kernel can read it."""
    return (
        '<div class="rnnw-own"><label>Let the model read a text of yours<textarea rows="3" '
        f'data-do="typed" spellcheck="false" disabled>\n{escape(typed)}</textarea></label>'
        '<button type="button" data-do="read" disabled>Read it</button>'
        '<p role="status" data-problem></p></div>'
    )
