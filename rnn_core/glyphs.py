"""How characters are shown: a visible sign for each, and a name to read aloud where needed."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

SIGNS = {
    " ": ("·", "space"),
    "\n": ("⏎", "newline"),
    "\t": ("⇥", "tab"),
    "\r": ("␍", "carriage return"),
    '"': ('"', "double quote"),
    "'": ("'", "single quote"),
}


def glyphs(text: Sequence[str], steps: int) -> tuple[list[str], dict[str, str]]:
    """Return what is printed for each step, and the spoken names of the signs that need one.

    Raises
    ------
    TypeError
        If `text` is not a str or a sequence of non-empty str.
    ValueError
        If it does not have `steps` parts.
    """
    if not isinstance(text, Sequence) or not all(isinstance(s, str) and s for s in text):
        raise TypeError(f"text must be a str or a sequence of non-empty str; got {text!r:.60}")
    if len(text) != steps:
        raise ValueError(f"text must have one part for each of the {steps} steps; got {len(text)}")
    names, signs = {}, []
    for part in text:
        sign, name = SIGNS.get(part, (part, None))
        if len(part) == 1 and unicodedata.category(part) in ("Cc", "Cf", "Zs") and not name:
            sign = name = f"\\u{ord(part):04x}"
        signs.append(sign)
        if name:
            names[sign] = name
    return signs, names
