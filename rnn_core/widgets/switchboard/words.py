"""What the switchboard says of a pair of conventions."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from rnn_core.interop import Convention
from rnn_core.interop.conventions import OTHER_RESET

from ..packing import in_words
from .reading import key

if TYPE_CHECKING:
    from .data import Pair

SOURCES = {  # whose formulas a convention of rnn_core is
    "LSTM": "Gers et al. 2000",
    "LSTM OutlineLSTM": "the outline",
    "GRU reset='before'": "Chung et al. 2014, the outline",
}


def source(row: Convention) -> str:
    """Return whose formulas these are, if not the framework's own."""
    ours = row.framework == "rnn_core"
    return SOURCES.get(f"{row.cell} {row.option}".strip(), "") if ours else ""


def named(row: Convention) -> str:
    """Return a convention's name as a reader sees it in a list."""
    about = f" ({source(row).replace(' et al.', '')})" if source(row) else ""
    return key(row) + about


def saying(
    written: Convention, read: Convention, found: Pair, hs: Sequence[np.ndarray], given: bool
) -> tuple[str, str]:
    """Return the verdict on a pair in a few words, and what there is to say about it."""
    if written == read:
        return "Nothing is off.", "The weights are read as they were written."
    if found.refused:
        return "Refused.", f"The interop module says: “{found.refused}”."
    if found.exact:
        return "Nothing is off.", _same(written, read)
    middle, low, high = statistics.median(found.off), min(found.off), max(found.off)
    largest = statistics.median(float(np.abs(h).max()) for h in hs)
    of = f"{in_words(len(found.off))} {'inputs' if given else 'cells'}"
    verdict = f"{_raised(written, read)}, and h is off by {middle:.2f} in the middle of {of}."
    spread = f"The {of}: {low:.2f} to {high:.2f}; |h| itself reaches {largest:.2f}"
    cure = _cure(written, read, found)
    return verdict, f"{_why(written, read)} {cure} ({spread}.)"


def _same(a: Convention, b: Convention) -> str:
    z = " with z on the same state" if a.z_weighs else ""
    fitted = "the layout" if a.weights_x != b.weights_x else "the biases"
    return f"Both keep the gates in the same order{z}: only {fitted} must be fitted."


def _raised(a: Convention, b: Convention) -> str:
    """Return what must be done before no error is raised, and that then none is."""
    if (a.framework == "Keras") != (b.framework == "Keras"):
        return "Once the matrices are turned to fit, no error is raised"
    if (a.weights_x, a.bias) != (b.weights_x, b.bias):
        return "Once the arrays are brought into shape, no error is raised"
    return "No error is raised"


def _why(a: Convention, b: Convention) -> str:
    """Return what is mistaken for what."""
    letters = zip(a.gates, b.gates, a.own_letters.split(), b.own_letters.split(), strict=True)
    moved = [f"{mine} is read as {theirs}" for k, other, mine, theirs in letters if k != other]
    parts = [", ".join(moved)] if moved else []
    if a.z_weighs != b.z_weighs:
        parts.append(f"z weighed the {a.z_weighs} state and now weighs the {b.z_weighs} one")
    if a.reset != b.reset:
        parts.append(f"r acted {a.reset} the matrix product and now acts {b.reset} it")
    return f"Here {'; '.join(parts)}."


def _cure(a: Convention, b: Convention, found: Pair) -> str:
    """Return what the right conversion does, or why there is none."""
    if found.no_conversion:
        return f"No conversion is right. The interop module says: “{found.no_conversion}”."
    if a.reset != b.reset and not found.resets_alike:
        return f"No conversion is right: it is {OTHER_RESET}."
    steps = [f"puts the blocks in the order {b.own_letters}"] if a.gates != b.gates else []
    steps += ["changes the sign of the block of z"] if a.z_weighs != b.z_weighs else []
    return f"The right conversion {' and '.join(steps)}."
