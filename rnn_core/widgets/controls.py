"""The controls of a figure, as markup; lib/controls.js brings them to life."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

ICONS = {
    "back": '<path d="M15 5v14l-9-7z"/><path d="M4 5h2v14H4z"/>',
    "play": '<path class="rnnw-go" d="M7 4.5v15l12-7.5z"/>'
    '<path class="rnnw-hold" d="M6 5h4v14H6zm8 0h4v14h-4z"/>',
    "next": '<path d="M9 5v14l9-7z"/><path d="M18 5h2v14h-2z"/>',
}


STILL = (
    '<noscript class="rnnw-still">The controls need JavaScript. Without it the figure stands '
    "still.</noscript>"
)


def time_controls(
    last: int,
    t: int,
    *,
    letter: str = "t",
    name: str = "Time step",
    text: str = "",
    values: Sequence[int] | None = None,
) -> str:
    """Return back, play, next and the slider for steps 0 … `last`; the script enables them.

    `text` says aloud where the slider stands, if a number alone does not: its ``aria-valuetext``.
    `values` are the numbers shown for the places of the slider, if not these themselves.
    """
    values = values or range(last + 1)
    said = f' aria-valuetext="{escape(text)}"' if text else ""
    buttons = "".join(
        f'<button type="button" data-do="{key}" aria-label="{label}" title="{label}" disabled>'
        f'<svg viewBox="0 0 24 24" aria-hidden="true">{ICONS[key]}</svg></button>'
        for key, label in (("back", "Step back"), ("play", "Play"), ("next", "Step forward"))
    )
    return (
        f'<div class="rnnw-controls">{buttons}<input type="range" data-do="time" min="0" '
        f'max="{last}" value="{t}" aria-label="{escape(name)}"{said} disabled>'
        f'<span class="rnnw-time"><i>{letter}</i> = <b data-t>{values[t]}</b>'
        f'<span class="rnnw-of"> of {values[0]}…{values[-1]}</span></span></div>{STILL}'
    )


def slider(name: str, label: str, last: int, place: int, text: str) -> str:
    """Return a slider with the places 0 … `last`; `text` is its value as a reader sees it.

    `label` is markup, `name` the trait it sets. The script writes the text anew into the element
    with ``data-out`` and into ``aria-valuetext``.
    """
    # An <output> here would take the label for its own, and the slider would have no name.
    return (
        f'<label class="rnnw-knob"><span>{label}</span>'
        f'<b data-out="{name}" aria-hidden="true">{text}</b>'
        f'<input type="range" name="{name}" min="0" max="{last}" value="{place}" '
        f'aria-valuetext="{escape(text)}" disabled></label>'
    )


def choice(name: str, legend: str, options: Iterable[tuple[str, str]], chosen: str) -> str:
    """Return radio buttons side by side; each option is a value and its label, as markup."""
    radios = "".join(
        f'<label><input type="radio" name="{name}" value="{escape(value)}"'
        f"{' checked' if value == chosen else ''} disabled><span>{label}</span></label>"
        for value, label in options
    )
    # A form of its own keeps the radio buttons of two figures on one page apart.
    return (
        f'<form><fieldset class="rnnw-choice"><legend>{legend}</legend>{radios}</fieldset></form>'
    )


def select(name: str, label: str, options: Iterable[tuple[str, str]], chosen: str) -> str:
    """Return a list to choose from; each option is a value and its text."""
    items = "".join(
        f'<option value="{escape(value)}"{" selected" if value == chosen else ""}>'
        f"{escape(text)}</option>"
        for value, text in options
    )
    return f'<label>{label} <select name="{name}" disabled>{items}</select></label>'
