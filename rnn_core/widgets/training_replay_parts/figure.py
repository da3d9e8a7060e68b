"""A training replay as markup: the controls, the curves, what they say, and the states."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from ..controls import choice, time_controls
from ..packing import in_words
from .curves import SIGNAL, look, over_a_sequence, over_training
from .data import CHANGES, percent
from .strips import SCALE, letters, strips


def figure(data: Mapping[str, Any], now: int, shown: str) -> str:
    """Return the inside of the figure after the kept step `now`."""
    steps = data["steps"]
    options = [(k, _option(data["names"][k])) for k in letters(data)]
    return (
        time_controls(
            len(steps) - 1,
            now,
            letter="step",
            name="Step of training",
            text=f"step {steps[now]}",
            values=steps,
        )
        + _legend(data)
        + over_training(data, now)
        + f'<p class="rnnw-saying" aria-live="polite">{_saying(data, now)}</p>'
        + '<div class="rnnw-within"><p>Inside one held-out sequence</p>'
        + choice("shown", "Rows show", options, shown)
        + f'</div><p class="rnnw-what rnnw-beside">{SIGNAL}</p>'
        + f'<div class="rnnw-inside">{over_a_sequence(data, now)}'
        + f"{_sequence(data)}{strips(data, now, shown)}{_guides(data)}</div>{SCALE}"
        + f'<p class="rnnw-note">{_key(data)}</p><p class="rnnw-note">{escape(data["note"])}</p>'
    )


def _option(name: str) -> str:
    """Return the name of a letter: the letter to see, the rest to hear."""
    letter, comma, rest = name.partition(",")
    if not comma:
        return escape(name)
    seen = f"tanh <i>{letter[5:]}</i>" if letter.startswith("tanh ") else f"<i>{letter}</i>"
    return f'{seen}<span class="rnnw-aloud">{escape(rest)}</span>'


def _legend(data: Mapping[str, Any]) -> str:
    samples = "".join(
        f'<span class="{look(data, name)}"><svg viewBox="0 0 40 12" width="40" '
        'height="12" aria-hidden="true"><path class="rnnw-line" d="M0 6H40"/>'
        f'<path class="rnnw-dot" d="M20 6h0"/></svg>{escape(name)}</span>'
        for name in data["cells"]
    )
    return f'<p class="rnnw-key">{samples}</p>'


def _saying(data: Mapping[str, Any], now: int) -> str:
    cells = list(data["cells"].items())
    right, reach = (
        [f'<b data-said="{what} {escape(name)}">{cell[what][now]}</b>' for name, cell in cells]
        for what in ("right", "reach")
    )
    names = [escape(name) for name, _ in cells]
    first, *others = zip(names, right, strict=True)
    most = "".join(f", the {name} {said}" for name, said in others)
    rest = [f"{said} in the {name}" for name, said in zip(names, reach, strict=True)]
    guess = f" (a guess: {percent(data['chance'])})" if data["chance"] else ""
    symbol = f"the {escape(data['marks'][0][1])}" if data["marks"] else "the first step"
    return (
        f"After <b data-step>{data['steps'][now]}</b> steps of training the {first[0]} gets "
        f"{first[1]} of the held-out sequences right{most}{guess}. Of the error signal at the "
        f"end of a sequence, what reaches {symbol} is {', '.join(rest)}."
    )


def _sequence(data: Mapping[str, Any]) -> str:
    """Return the axis of the sequence, with the symbols that matter where they stand."""
    signs = "".join(
        f'<b style="left:{_middle(data, t)}">{escape(sign)}</b>' for t, sign in data["marks"]
    )
    return f'<div class="rnnw-sequence">{signs}<span>the answer</span></div>'


def _middle(data: Mapping[str, Any], t: int) -> str:
    return f"{100 * (t + 0.5) / data['T']:.6g}%"


def _guides(data: Mapping[str, Any]) -> str:
    lines = "".join(f'<i style="left:{_middle(data, t)}"></i>' for t, _ in data["marks"])
    return f'<div class="rnnw-guides" aria-hidden="true">{lines}</div>'


def _key(data: Mapping[str, Any]) -> str:
    """Return how the rows are to be read."""
    what = f"the {data['marks'][0][1]}" if data["marks"] else "what was changed"
    *first, last = (f"{change:g}" for change in CHANGES)
    return (
        "The error signal is ∂L/∂<i>h</i><sub>t</sub> next to that at the answer, as the mean "
        "logarithm over all held-out sequences. "
        "Each row is one unit: blue and tall above zero, orange and flat below, deeper is larger. "
        f"The effect of {escape(what)} is a state less the state it would be with the other "
        f"symbol there, in {in_words(len(CHANGES))} shades from {', '.join(first)} and {last} on; "
        "the rows are the units where it is largest when training is over."
    )
