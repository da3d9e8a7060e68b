"""Ways to mark the characters inside strings without a network, and how any way is scored."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from .. import data

Predict = Callable[[str], np.ndarray]


class Score(NamedTuple):
    """How well a method marks the characters inside strings: F1 is of the class `inside`.

    Examples
    --------
    >>> Score(accuracy=0.9, f1=0.8).f1
    0.8
    """

    accuracy: float
    f1: float


def score(predict: Predict, split: str) -> Score:
    """Score a method that marks each character of a text, over all the modules of a split.

    Parameters
    ----------
    predict : callable
        Takes a text of T characters, returns T truth values.
    split : "train", "validation" or "test"

    Examples
    --------
    >>> score(never, "test").f1
    0.0
    """
    sources = data.python_source(split)
    said = np.concatenate([predict(source.text) for source in sources]).astype(bool)
    true = np.concatenate([source.inside for source in sources])
    hits = int((said & true).sum())
    return Score(float((said == true).mean()), 2 * hits / max(1, int(said.sum() + true.sum())))


def never(text: str) -> np.ndarray:
    """Say that no character is inside a string, the larger class (a baseline).

    Examples
    --------
    >>> never("'a'")
    array([False, False, False])
    """
    return np.zeros(len(text), bool)


def odd_quotes(text: str) -> np.ndarray:
    """Say `inside` after an odd number of quotes in the line so far (a baseline by hand).

    Examples
    --------
    >>> odd_quotes("x = 'a'").astype(int)
    array([0, 0, 0, 0, 1, 1, 1])
    """
    quote = np.array([character in "'\"" for character in text])
    line = np.cumsum([0] + [character == "\n" for character in text[:-1]])
    count = np.cumsum(quote)
    first = np.searchsorted(line, line)  # where the line of each character begins
    in_line = count - (count - quote)[first]
    return (in_line % 2 == 1) | quote


def window_table(width: int) -> Predict:
    """Learn from the training modules what usually holds after the last `width` characters.

    A window that was never seen falls back to its last `width − 1` characters, and so on
    (a baseline).

    Parameters
    ----------
    width : int, from 1 to 9

    Returns
    -------
    callable
        Takes a text, returns a truth value for each character.

    Examples
    --------
    >>> predict = window_table(1)
    >>> predict("x = 'hi'").astype(int)
    array([0, 0, 0, 0, 1, 0, 0, 1])
    """
    if not 1 <= width <= 9:
        raise ValueError(f"width must be from 1 to 9; got {width}")
    sources = data.python_source("train")
    tables = []
    for k in range(1, width + 1):
        seen = np.concatenate([_windows(source.text, k) for source in sources])
        inside = np.concatenate([source.inside for source in sources])
        windows, which = np.unique(seen, return_inverse=True)
        share = np.bincount(which, inside) / np.bincount(which)
        tables.append((windows, share > 0.5))

    def predict(text: str) -> np.ndarray:
        said = np.zeros(len(text), bool)
        for k, (windows, answer) in enumerate(tables, start=1):
            asked = _windows(text, k)
            at = np.searchsorted(windows, asked).clip(max=len(windows) - 1)
            said = np.where(windows[at] == asked, answer[at], said)
        return said

    return predict


def _windows(text: str, width: int) -> np.ndarray:
    """Return the last `width` characters at each place as one number in base 98 + 1."""
    codes, base = data.encode(text).astype(np.uint64) + 1, len(data.PYTHON_ALPHABET) + 1
    padded = np.concatenate([np.zeros(width - 1, np.uint64), codes])
    number = np.zeros(len(codes), np.uint64)
    for k in range(width):
        number = number * np.uint64(base) + padded[k : k + len(codes)]
    return number
