"""Draw the figure of half-lives once, as markup; memory_half_life.js moves its parts."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, NamedTuple

from ..controls import STILL, slider
from ..packing import shown
from .charts import decay, spread
from .standing import Standing, standing

BRIEF = 5  # steps: a memory of a few characters
# So many steps back, log10 of the gradient that an untrained LSTM with a bias of 0 brings back, as
# the test of the note measures it.
BACK, BROUGHT = 150, -23


class Words(NamedTuple):
    """How the gate that keeps is spoken of: the bias with and without its letter, the state."""

    bias: str
    symbol: str
    kept: str
    state: str
    other: str


WORDS = {
    "f": Words(
        "forget-gate bias",
        "<i>b</i><sub>f</sub>",
        '<span class="gate-f"><i>f</i></span>',
        "cell",
        "In a GRU the part kept is 1 − <i>z</i>, and the bias here is −<i>b</i><sub>z</sub>.",
    ),
    "z": Words(
        "keep-gate bias",
        "−<i>b</i><sub>z</sub>",
        '1 − <span class="gate-z"><i>z</i></span>',
        "hidden",
        "In an LSTM the part kept is <i>f</i>, and the bias here is <i>b</i><sub>f</sub>.",
    ),
}


def figure(data: Mapping[str, Any], bias: float, t_max: int) -> str:
    """Return the figure at one bias and one t_max."""
    now, words = standing(data, bias, t_max), WORDS[data["letter"]]
    label = f"{words.bias[0].upper()}{words.bias[1:]} {words.symbol}"
    knobs = slider("bias", label, len(data["bias"]) - 1, now.place, now.bias)
    longest = "Chrono initialisation, up to"
    knobs += slider("t_max", longest, len(data["t_max"]) - 1, now.row, f"{now.t_max} steps")
    rows = spread(now, data["letter"], words.state, data["units"], data["used"], data["name"])
    return (
        f'<div class="rnnw-knobs">{knobs}</div>{STILL}<div class="rnnw-pair">'
        f"{decay(now, data['letter'], words.state)}{rows}</div>{_sentences(now, words)}"
        f'{_used(data["used"], data["name"])}<p class="rnnw-note">{_note(words)}</p>'
    )


def _sentences(now: Standing, words: Words) -> str:
    low, middle, high = (
        f"<b data-{key}>{value}</b>"
        for key, value in zip(("low", "middle", "high"), now.spread, strict=True)
    )
    return (
        f'<div class="rnnw-saying" aria-live="polite"><p>A {words.bias} of <b data-bias>{now.bias}'
        f"</b> keeps {words.kept} = σ(<span data-bias>{now.bias}</span>) = <span data-keep>"
        f"{shown(now.keep, 6)}</span> of the {words.state} state at each step: half of it is left "
        f"after <b data-half>{now.half}</b> steps.</p><p>Chrono initialisation for dependencies of "
        f"up to <b data-longest>{now.t_max}</b> steps: half-lives from {low} to {high} steps, the "
        f"middle unit {middle}.</p></div>"
    )


def _used(used: Sequence[int | None] | None, name: str) -> str:
    """Return a sentence on the trained units."""
    if used is None:
        return ""
    lives = [math.inf if n is None else n / 10 for n in used]
    said = [
        "<b>∞</b>" if math.isinf(n) else f"<b>{n:.1f}</b>"
        for n in (min(lives), max(lives), statistics.median_low(lives))
    ]
    return (
        f"<p>{escape(name)}: half-lives from {said[0]} to {said[1]} steps, the middle unit "
        f"{said[2]}. {_conclusion(lives)}</p>"
    )


def _conclusion(lives: Sequence[float]) -> str:
    """Say what to conclude from the dots."""
    brief, longest = sum(life <= BRIEF for life in lives), max(lives)
    last = [f"unit {unit}" for unit, life in enumerate(lives) if life == longest]
    keeps = f"{last[0]} keeps its state" if len(last) == 1 else f"{len(last)} units keep theirs"
    return f"{brief} of {len(lives)} units lose half within {BRIEF} steps; {keeps} longest."


def _note(words: Words) -> str:
    return (
        "Chrono initialisation draws each unit's bias, log U(1, longest − 1), so that memories of "
        "many lengths are there from the start. Half-life = log ½ ÷ log σ(bias), for a large bias "
        "about 0.7 · e<sup>bias</sup>: one more "
        f"in the bias makes the memory about 2.7 times as long. {words.other} A tanh RNN has no "
        "such gate. A trained unit opens and shuts its gate: its dot is at the mean of "
        "log <i>f</i> over what it read. All this is the leak of the state alone. A gradient also "
        f"comes back by way of <i>h</i> and the gates: with a bias of 0, σ(0)<sup>{BACK}</sup> is "
        f"about {_power(round(BACK * math.log10(0.5)))}, and yet some {_power(BROUGHT)} of the "
        f"gradient comes back over {BACK} steps of an untrained LSTM."
    )


def _power(exponent: int) -> str:
    return f"10<sup>−{-exponent}</sup>"
