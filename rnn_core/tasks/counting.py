"""Languages that ask a net to count: aⁿbⁿ and aⁿbⁿcⁿ."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np

from .. import checks
from .parts import VariableBatch, check_common
from .strings import batch_of_strings, legal_symbols


def counting(
    largest: int,
    batch_size: int,
    *,
    rng: np.random.Generator,
    smallest: int = 1,
    letters: int = 2,
    dtype: Any = np.float64,
) -> VariableBatch:
    """Draw strings aⁿbⁿ (or aⁿbⁿcⁿ) between S and T: which symbol comes next?

    n is drawn anew for each string, uniform from `smallest` to `largest`. How many b (and c) will
    come is certain once the first b is read, but only for who has counted.

    Parameters
    ----------
    largest : int
        The largest n. Train with a small one and test with a larger one.
    batch_size : int
        B.
    rng : numpy.random.Generator
    smallest : int
        The smallest n.
    letters : 2 or 3
        aⁿbⁿ, a context-free language, or aⁿbⁿcⁿ, a context-sensitive one.
    dtype : float64 or float32

    Returns
    -------
    xs : ndarray, shape (T, B, letters + 2)
        One-hot S, a, b, (c,) T, without the last T; zeros after the end. T (the number of steps)
        is the longest length drawn.
    targets : ndarray of int, shape (T, B)
        The next symbol: for `heads.softmax_cross_entropy`.
    mask : ndarray, shape (T, B)
        1 at the steps of a string.
    lengths : ndarray of int, shape (B,)
        letters · n + 1.

    Raises
    ------
    TypeError, ValueError
        If an argument is not what is described above.

    Notes
    -----
    A net that does not count, and lets every b follow b (every c follow c), is right at
    1 − (letters − 1) / (letters · n + 1) of the steps, by `legal_on_top` and `counting_legal`, and
    at no whole string: score whole strings. Source of the languages: Gers and Schmidhuber (2001).

    Examples
    --------
    >>> xs, targets, mask, lengths = counting(3, 1, rng=np.random.default_rng(0), smallest=3)
    >>> "".join("SabT"[k] for k in xs[:, 0].argmax(axis=-1)), "SabT"[targets[-1, 0]]
    ('Saaabbb', 'T')
    """
    smallest = checks.size("smallest", smallest)
    largest = checks.at_least("largest", largest, smallest)
    alphabet = _alphabet(letters)
    batch_size, dtype = check_common(batch_size, rng, dtype)
    numbers = rng.integers(smallest, largest + 1, batch_size)
    strings = ["S" + "".join(letter * n for letter in alphabet[1:-1]) + "T" for n in numbers]
    return batch_of_strings(strings, alphabet, dtype)


def counting_legal(xs: Any) -> np.ndarray:
    """Return which symbols may follow at each step of aⁿbⁿ or aⁿbⁿcⁿ, for any n from 1 up.

    Parameters
    ----------
    xs : array, shape (T, B, 4) or (T, B, 5)
        Strings from their start, one-hot, as `counting` returns them.

    Returns
    -------
    ndarray of 0 and 1, of the shape of `xs`
        After an a: a and b. 0 after the end of a string.

    Raises
    ------
    TypeError, ValueError
        If `xs` holds something else.

    Examples
    --------
    >>> xs, *_ = counting(2, 1, rng=np.random.default_rng(0), smallest=2)
    >>> ["".join(np.array(list("SabT"))[row == 1]) for row in counting_legal(xs)[:, 0]]
    ['a', 'ab', 'ab', 'b', 'T']
    """
    given = checks.numeric("xs", xs)
    if given.ndim != 3 or given.shape[-1] not in (4, 5):
        raise ValueError(f"xs must have shape (T, B, 4) or (T, B, 5); got {given.shape}")
    alphabet = _alphabet(given.shape[-1] - 2)

    def options(state: tuple[int, int, int]) -> Mapping[str, Hashable]:
        block, n, left = state  # which letter, how many a in all, how many of this letter to come
        if block == 0:
            return {"S": (1, 0, 0)}
        if block > 1 and left:
            return {alphabet[block]: (block, n, left - 1)}
        onward = (
            {"T": (0, 0, 0)}
            if block == len(alphabet) - 2
            else {alphabet[block + 1]: (block + 1, n, n - 1)}
        )
        return ({"a": (1, n + 1, 0)} if block == 1 else {}) | (onward if n else {})

    return legal_symbols(given, alphabet, options, (0, 0, 0))


def _alphabet(letters: object) -> str:
    if checks.at_least("letters", letters, 2) > 3:
        raise ValueError(f"letters must be 2 or 3; got {letters}")
    return "SabT" if letters == 2 else "SabcT"
