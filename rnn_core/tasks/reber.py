"""Reber's grammar: strings that a small machine writes, alone, embedded, and in a stream.

The machine walks from node to node, by either of two edges with the same chance, and writes the
symbol on each edge. Embedded, the string stands between two outer symbols that must be equal, so
the second one can be foretold only by who remembers the first.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import checks
from .grammar import REBER, REBER_SYMBOLS, embed, write
from .parts import Batch, VariableBatch, check_common, one_hot
from .strings import batch_of_strings, legal_symbols


def reber(batch_size: int, *, rng: np.random.Generator, dtype: Any = np.float64) -> VariableBatch:
    """Draw strings of Reber's grammar: which symbol comes next?

    At each symbol the answer is the next one. The last two symbols say all there is to know.

    Parameters
    ----------
    batch_size : int
        B.
    rng : numpy.random.Generator
    dtype : float64 or float32

    Returns
    -------
    xs : ndarray, shape (T, B, 7)
        One-hot B, T, P, S, X, V, E (`REBER_SYMBOLS`), without the last E; zeros after the end.
        T is the longest length drawn.
    targets : ndarray of int, shape (T, B)
        The next symbol: for `heads.softmax_cross_entropy`.
    mask : ndarray, shape (T, B)
        1 at the steps of a string.
    lengths : ndarray of int, shape (B,)
        From 4 up.

    Raises
    ------
    TypeError, ValueError
        If an argument is not what is described above.

    Notes
    -----
    Guessing costs ln 7. Perfect knowledge of the grammar costs ln 2 where two symbols are legal
    and 0 elsewhere; `reber_legal(xs, 0)` says which are. Source: Reber (1967), in the form of
    Cleeremans, Servan-Schreiber and McClelland (1989).

    Examples
    --------
    >>> xs, targets, mask, lengths = reber(3, rng=np.random.default_rng(7))
    >>> read = xs[: lengths[0], 0].argmax(axis=-1)
    >>> "".join(REBER_SYMBOLS[k] for k in read), REBER_SYMBOLS[targets[lengths[0] - 1, 0]]
    ('BPVV', 'E')
    """
    batch_size, dtype = check_common(batch_size, rng, dtype)
    strings = [write(REBER, 0, rng) for _ in range(batch_size)]
    return batch_of_strings(strings, REBER_SYMBOLS, dtype)


def embedded_reber(
    repeats: int, batch_size: int, *, rng: np.random.Generator, dtype: Any = np.float64
) -> VariableBatch:
    """Draw strings of the embedded Reber grammar: which symbol comes next?

    A string is B, then T or P, then `repeats` strings of Reber's grammar, then the same T or P
    again, then E. The second to last symbol needs memory over all that stands between.

    Parameters
    ----------
    repeats : int
        How many inner strings; 1 in the papers. From the outer symbol to its return are at least
        5 · repeats + 1 steps.
    batch_size : int
        B.
    rng : numpy.random.Generator
    dtype : float64 or float32

    Returns
    -------
    xs, targets, mask, lengths
        As `reber` returns them: for `heads.softmax_cross_entropy`.

    Raises
    ------
    TypeError, ValueError
        If an argument is not what is described above.

    Notes
    -----
    Who forgets the outer symbol is right about its return half of the time. That step is at
    lengths − 2. Source: Hochreiter and Schmidhuber (1997), experiment 1, after Smith and Zipser
    (1989) and Cleeremans, Servan-Schreiber and McClelland (1989).

    Examples
    --------
    >>> xs, targets, mask, lengths = embedded_reber(1, 32, rng=np.random.default_rng(0))
    >>> outer = targets[lengths - 2, np.arange(32)]
    >>> bool((outer == xs[1].argmax(axis=-1)).all())
    True
    """
    graph = embed(checks.size("repeats", repeats))
    batch_size, dtype = check_common(batch_size, rng, dtype)
    strings = [write(graph, "start", rng) for _ in range(batch_size)]
    return batch_of_strings(strings, REBER_SYMBOLS, dtype)


def continual_reber(
    steps: int,
    batch_size: int,
    *,
    rng: np.random.Generator,
    repeats: int = 1,
    dtype: Any = np.float64,
) -> Batch:
    """Draw a stream of embedded Reber strings, with nothing to say where one ends.

    Each string is of the embedded grammar, and the next begins at once. A net must learn to
    forget: without a forget gate the cell's state may grow from string to string.

    Parameters
    ----------
    steps : int
        T. The stream is cut there, in the middle of a string.
    batch_size : int
        B.
    rng : numpy.random.Generator
    repeats : int
        How many inner strings each string has.
    dtype : float64 or float32

    Returns
    -------
    xs : ndarray, shape (T, B, 7)
        One-hot B, T, P, S, X, V, E (`REBER_SYMBOLS`).
    targets : ndarray of int, shape (T, B)
        The next symbol: for `heads.softmax_cross_entropy`.
    mask : ndarray, shape (T, B)
        1 everywhere.

    Raises
    ------
    TypeError, ValueError
        If an argument is not what is described above.

    Notes
    -----
    Who forgets the outer symbol is right about its return half of the time. Those are the steps
    at which T or P is the only legal symbol, as in the example. Source: Gers, Schmidhuber and
    Cummins (2000).

    Examples
    --------
    >>> xs, targets, mask = continual_reber(100, 8, rng=np.random.default_rng(0))
    >>> alone = reber_legal(xs, 1).sum(axis=-1) == 1
    >>> outer = alone & np.isin(targets, [REBER_SYMBOLS.index("T"), REBER_SYMBOLS.index("P")])
    >>> int(outer.sum(axis=0).min()) >= 3
    True
    """
    steps, graph = checks.size("steps", steps), embed(checks.size("repeats", repeats))
    batch_size, dtype = check_common(batch_size, rng, dtype)
    codes = np.zeros((steps + 1, batch_size), np.int64)
    for column in range(batch_size):
        text = ""
        while len(text) <= steps:
            text += write(graph, "start", rng)
        codes[:, column] = [REBER_SYMBOLS.index(symbol) for symbol in text[: steps + 1]]
    xs = one_hot(codes[:-1], len(REBER_SYMBOLS), dtype)
    return xs, codes[1:], np.ones((steps, batch_size), dtype)


def reber_legal(xs: Any, repeats: int) -> np.ndarray:
    """Return which symbols may follow at each step of Reber strings.

    Parameters
    ----------
    xs : array, shape (T, B, 7)
        Strings from their start, one-hot, as the tasks return them; more strings may follow.
    repeats : int
        As the task was asked for; 0 for the grammar that is not embedded.

    Returns
    -------
    ndarray of 0 and 1, shape (T, B, 7)
        0 after the end of a string.

    Raises
    ------
    TypeError, ValueError
        If `xs` holds something else.

    Examples
    --------
    >>> xs = np.eye(7)[[[REBER_SYMBOLS.index(symbol)] for symbol in "BPVPS"]]
    >>> ["".join(np.array(list(REBER_SYMBOLS))[row == 1]) for row in reber_legal(xs, 0)[:, 0]]
    ['TP', 'TV', 'PV', 'SX', 'E']
    """
    if checks.at_least("repeats", repeats, 0) == 0:
        return legal_symbols(xs, REBER_SYMBOLS, REBER.__getitem__, 0)
    return legal_symbols(xs, REBER_SYMBOLS, embed(repeats).__getitem__, "start")
