"""The arithmetic of the present operation, and a parameter's gradient as a sum."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rnn_core.palette import LOOKS

from ..controls import choice, select
from .words import broken, said_of_path, typeset

WORDS = {"x": "from the input", "h": "from the state"}
LEGEND = (
    "In each box: its letter, its value and, on the tinted line once it is known, its gradient: "
    "how fast the loss, the sum of the three, changes with it. Every number is rounded to four "
    "digits on its own, so the last digit may differ from what you get."
)


def now(data: Mapping[str, Any], stage: int, parameter: str, path: int) -> str:
    """Return the sentence on the present operation, or path, and its arithmetic."""
    _, _, _, words, *lines = data["ops"][stage]
    if path:
        _, *lines, _ = data["totals"][parameter]["paths"][path - 1]
        words = said_of_path(parameter, lines[1])
    lines = [*map(broken, lines), "", ""][:2]
    arithmetic = "".join(f'<p class="rnnw-equation">{text}</p>' for text in lines)
    return (
        f'<div class="rnnw-now"><p class="rnnw-saying" aria-live="polite">{typeset(words)}</p>'
        f"{arithmetic}</div>"
    )


def chooser(parameters: list[str], chosen: str) -> str:
    """Return the choice of a parameter: side by side, or a list where there are many."""
    if len(parameters) <= 3:
        options = [(name, f"<span>{typeset(name)}</span>") for name in parameters]
        return choice("parameter", "Gradient of", options, chosen)
    options = [(name, f"{name}, {_words(name)}") for name in parameters]
    return f'<div class="rnnw-whose">{select("parameter", "Gradient of", options, chosen)}</div>'


def lighter(total: Mapping[str, Any], path: int) -> str:
    """Return the choice of a path to light, or of none; empty where the paths are not listed."""
    if "paths" not in total:
        return ""
    numbers = range(1, 1 + len(total["paths"]))
    options = [("0", "none"), *((str(k), str(k)) for k in numbers)]
    return choice("path", "Light a path", options, str(path))


def _words(name: str) -> str:
    """Say what a parameter is, where indices are hard to tell apart."""
    gate = LOOKS[name[2]].name
    if name.startswith("b_"):
        return f"{gate}, second bias" if name == "b_nh" else f"{gate}, bias"
    return f"{gate}, {WORDS[name[3]]}"


def sums(data: Mapping[str, Any], parameter: str, path: int) -> str:
    """Return the sum over the steps and, for the RNN, over the paths, with its total."""
    total = data["totals"][parameter]
    steps = len(total["steps"])
    rows = ""
    for k, (text, bar) in enumerate(total["steps"]):
        rows += f"<li>{_row(text, bar, 'rnnw-step')}{_paths(total, steps - k, path)}</li>"
    return (
        f'<div class="rnnw-sums"><p class="rnnw-heading">{typeset(total["heading"])}</p>'
        f'<p class="rnnw-bars-name">size of each part</p><ol>{rows}</ol>'
        f'<p class="rnnw-total" aria-live="polite">{broken(total["total"])}</p>'
        f'<p class="rnnw-last">{typeset(total["last"])}</p></div>'
    )


def _row(text: str, bar: float, kind: str) -> str:
    return f'<p class="{kind}">{broken(text)}</p>{_bar(bar)}'


def _bar(bar: float) -> str:
    return f'<span class="rnnw-part" style="--v:{bar:g}"></span>'


def _paths(total: Mapping[str, Any], t: int, chosen: int) -> str:
    """Return the paths that end at step t, each with its number."""
    found = ""
    for k, (_, way, product, bar) in enumerate(total.get("paths", ()), 1):
        if way.split(" → ")[-2] == f"a_{t}":
            found += (
                f'<p class="rnnw-path{" rnnw-lit" if k == chosen else ""}"><b>{k}</b> '
                f'<span><span class="rnnw-route">{typeset(way)}</span> '
                f'<span class="rnnw-product">{product}</span></span></p>{_bar(bar)}'
            )
    return found
