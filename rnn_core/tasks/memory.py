"""One answer at the end of a long sequence: adding, temporal order, delayed recall."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import checks
from .parts import Batch, check_common, last_step, one_hot


def adding(
    steps: int, batch_size: int, *, rng: np.random.Generator, dtype: Any = np.float64
) -> Batch:
    """Draw the adding problem: add the two numbers that are marked.

    Each step brings a number, uniform from 0 to 1, and a mark, which is 1 at two steps, one in
    each half of the sequence, and 0 elsewhere. The answer, at the last step, is the sum of the two
    marked numbers.

    Parameters
    ----------
    steps : int
        T, at least 2.
    batch_size : int
        B.
    rng : numpy.random.Generator
    dtype : float64 or float32

    Returns
    -------
    xs : ndarray, shape (T, B, 2)
        Number and mark.
    targets : ndarray, shape (T, B, 1)
        The sum, repeated at every step: for `heads.mean_squared_error`.
    mask : ndarray, shape (T, B)
        1 at the last step.

    Raises
    ------
    TypeError, ValueError
        If an argument is not what is described above.

    Notes
    -----
    Always answering 1 scores 1/6, the variance of a sum of two uniform numbers (2 · 1/12).
    Hochreiter and Schmidhuber (1997), experiment 4, drew numbers from −1 to 1, lengths that vary
    and both marks early; this is the form with one length of Arjovsky, Shah and Bengio (2016).

    Examples
    --------
    >>> xs, targets, mask = adding(100, 32, rng=np.random.default_rng(0))
    >>> numbers, marks = xs[..., 0], xs[..., 1]
    >>> bool(np.allclose((numbers * marks).sum(axis=0), targets[-1, :, 0]))
    True
    """
    steps = checks.at_least("steps", steps, 2)
    batch_size, dtype = check_common(batch_size, rng, dtype)
    xs = np.zeros((steps, batch_size, 2), dtype)
    xs[..., 0] = rng.random((steps, batch_size))
    columns = np.arange(batch_size)
    first = rng.integers(0, steps // 2, batch_size)
    second = rng.integers(steps // 2, steps, batch_size)
    xs[first, columns, 1] = xs[second, columns, 1] = 1
    sums = xs[first, columns, 0] + xs[second, columns, 0]
    return xs, np.tile(sums[:, None], (steps, 1, 1)), last_step(steps, batch_size, dtype)


def temporal_order(
    steps: int,
    batch_size: int,
    *,
    rng: np.random.Generator,
    symbols: int = 2,
    dtype: Any = np.float64,
) -> Batch:
    """Draw the temporal order problem: in which order did the X and Y come?

    A sequence starts with E, ends with B, and holds the letters a to d but for two places (or
    three), each with X or Y. The answer, at the last step, is which of the 4 (8) orders it was:
    XX, XY, YX, YY are 0, 1, 2, 3.

    Parameters
    ----------
    steps : int
        T, at least 10.
    batch_size : int
        B.
    rng : numpy.random.Generator
    symbols : 2 or 3
        How many X and Y: experiment 6a or 6b.
    dtype : float64 or float32

    Returns
    -------
    xs : ndarray, shape (T, B, 8)
        One-hot a, b, c, d, X, Y, E, B.
    targets : ndarray of int, shape (T, B)
        The class, repeated at every step: for `heads.softmax_cross_entropy`.
    mask : ndarray, shape (T, B)
        1 at the last step.

    Raises
    ------
    TypeError, ValueError
        If an argument is not what is described above.

    Notes
    -----
    Chance is 1/2^symbols, and its loss is symbols · ln 2. Hochreiter and Schmidhuber (1997),
    experiments 6a and 6b, drew lengths from 100 to 110; here the length is fixed and the places
    keep their share of it: from .1 T and .5 T on, or .1 T, .33 T and .66 T, each over .1 T steps.

    Examples
    --------
    >>> xs, targets, mask = temporal_order(20, 1, rng=np.random.default_rng(0))
    >>> "".join("abcdXYEB"[k] for k in xs[:, 0].argmax(axis=-1)), int(targets[-1, 0])
    ('EcYbbaaaadcXccdccccB', 2)
    """
    steps = checks.at_least("steps", steps, 10)
    if checks.at_least("symbols", symbols, 2) > 3:
        raise ValueError(f"symbols must be 2 or 3; got {symbols}")
    batch_size, dtype = check_common(batch_size, rng, dtype)
    codes = rng.integers(0, 4, (steps, batch_size))
    codes[0], codes[-1] = 6, 7
    classes = np.zeros(batch_size, np.int64)
    for percent in (10, 50) if symbols == 2 else (10, 33, 66):
        first, end = percent * steps // 100, (percent + 10) * steps // 100
        places = rng.integers(first, end, batch_size)
        is_y = rng.integers(0, 2, batch_size)
        codes[places, np.arange(batch_size)] = 4 + is_y
        classes = 2 * classes + is_y
    targets = np.tile(classes, (steps, 1))
    return one_hot(codes, 8, dtype), targets, last_step(steps, batch_size, dtype)


def delayed_recall(
    steps: int,
    batch_size: int,
    *,
    rng: np.random.Generator,
    symbols: int = 8,
    same_alphabet: bool = False,
    dtype: Any = np.float64,
) -> Batch:
    """Draw delayed recall: which symbol came first?

    The first symbol is one of K cues, all others are distractors that mean nothing. The answer, at
    the last step, is the cue.

    Parameters
    ----------
    steps : int
        T, at least 2: the delay is T − 1 steps.
    batch_size : int
        B.
    rng : numpy.random.Generator
    symbols : int
        K, at least 2.
    same_alphabet : bool
        Draw the distractors from the K cues, so that only its place tells the cue from them; else
        from K other symbols.
    dtype : float64 or float32

    Returns
    -------
    xs : ndarray, shape (T, B, 2K), or (T, B, K) with `same_alphabet`
        One-hot cues, then distractors.
    targets : ndarray of int, shape (T, B)
        The cue, repeated at every step: for `heads.softmax_cross_entropy`.
    mask : ndarray, shape (T, B)
        1 at the last step.

    Raises
    ------
    TypeError, ValueError
        If an argument is not what is described above.

    Notes
    -----
    Chance is 1/K, and its loss is ln K. After the latching problem of Bengio, Simard and Frasconi
    (1994), with symbols for their noise.

    Examples
    --------
    >>> xs, targets, mask = delayed_recall(50, 32, rng=np.random.default_rng(0))
    >>> xs.shape, bool((xs[0].argmax(axis=-1) == targets[-1]).all())
    ((50, 32, 16), True)
    """
    steps, symbols = checks.at_least("steps", steps, 2), checks.at_least("symbols", symbols, 2)
    checks.instance("same_alphabet", same_alphabet, bool)
    batch_size, dtype = check_common(batch_size, rng, dtype)
    codes = rng.integers(0, symbols, (steps, batch_size))
    targets = np.tile(codes[0], (steps, 1))
    size = symbols if same_alphabet else 2 * symbols
    codes[1:] += size - symbols
    return one_hot(codes, size, dtype), targets, last_step(steps, batch_size, dtype)
