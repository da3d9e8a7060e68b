"""Strings of a language as batches, and the symbols that may come next."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any

import numpy as np

from .. import checks, padding
from .parts import VariableBatch

Options = Callable[[Any], Mapping[str, Hashable]]  # state → symbol → next state


def legal_on_top(scores: Any, legal: Any) -> np.ndarray:
    """Say at which steps every legal symbol scores higher than every other one.

    Parameters
    ----------
    scores : array, shape (T, B, K)
        What the model gives each symbol to come next.
    legal : array of 0 and 1, shape (T, B, K)
        As `reber_legal` and `counting_legal` return it.

    Returns
    -------
    ndarray of bool, shape (T, B)
        Its mean over the steps that count is how often the model obeys the grammar; all of a
        sequence must be right for the sequence to be right.

    Raises
    ------
    TypeError, ValueError
        If shapes differ or a number is not what is described above.

    Notes
    -----
    The criterion of Hochreiter and Schmidhuber (1997), experiment 1: which of the legal symbols
    will come is chance, so the net need not know it.

    Examples
    --------
    >>> legal_on_top([[[0.5, 0.4, 0.1], [0.5, 0.1, 0.4]]], [[[1, 1, 0], [1, 1, 0]]])
    array([[ True, False]])
    """
    given = checks.array("scores", scores, ("T", "B", "K"), np.float64)
    is_legal = checks.classes("legal", legal, given.shape, 2) == 1
    least = np.where(is_legal, given, np.inf).min(axis=-1)
    return least > np.where(is_legal, -np.inf, given).max(axis=-1)


def batch_of_strings(strings: list[str], alphabet: str, dtype: np.dtype) -> VariableBatch:
    """Return xs, targets, mask and lengths: at each symbol but the last, predict the next.

    Examples
    --------
    >>> xs, targets, mask, lengths = batch_of_strings(["ab", "aab"], "ab", np.dtype(float))
    >>> targets.T.tolist(), mask.T.tolist(), lengths.tolist()
    ([[1, 0], [0, 1]], [[1.0, 0.0], [1.0, 1.0]], [1, 2])
    """
    lengths = np.array([len(text) - 1 for text in strings])
    steps = int(lengths.max())
    xs = np.zeros((steps, len(strings), len(alphabet)), dtype)
    targets = np.zeros(xs.shape[:2], np.int64)
    for column, text in enumerate(strings):
        codes = [alphabet.index(symbol) for symbol in text]
        xs[range(len(codes) - 1), column, codes[:-1]] = 1
        targets[: len(codes) - 1, column] = codes[1:]
    mask = padding.mask_of(lengths, steps).astype(dtype)
    return xs, targets, mask, lengths


def legal_symbols(xs: Any, alphabet: str, options: Options, start: Hashable) -> np.ndarray:
    """Return which symbols may follow at each step, as 0 and 1 of shape (T, B, K).

    Examples
    --------
    >>> alternate = {"even": {"a": "odd"}, "odd": {"b": "even"}}
    >>> legal_symbols([[[1, 0]], [[0, 1]]], "ab", alternate.__getitem__, "even").tolist()
    [[[0.0, 1.0]], [[1.0, 0.0]]]
    """
    given = checks.array("xs", xs, ("T", "B", len(alphabet)), np.float64)
    legal = np.zeros_like(given)
    for column in range(given.shape[1]):
        state, text = start, _spell(given[:, column], alphabet)
        for step, symbol in enumerate(text):
            if symbol not in options(state):
                raise ValueError(
                    f"xs must hold strings of the language; got {text[: step + 1]!r} "
                    f"in sequence {column}"
                )
            state = options(state)[symbol]
            legal[step, column, [alphabet.index(symbol) for symbol in options(state)]] = 1
    return legal


def _spell(rows: np.ndarray, alphabet: str) -> str:
    """Return one-hot rows as a string; rows of zeros are padding and end it."""
    length = int(rows.any(axis=-1).sum())  # a row of zeros before the end is then among the first
    ones = (rows.max(axis=-1) == 1) & (np.abs(rows).sum(axis=-1) == 1)
    if not ones[:length].all():
        raise ValueError("xs must be one-hot rows, with rows of zeros only after the end")
    return "".join(alphabet[code] for code in rows[:length].argmax(axis=-1))
