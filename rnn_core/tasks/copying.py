"""Say again what was said: copy after a delay, echo without a pause."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import checks
from .parts import Batch, check_common, one_hot


def copy(
    delay: int,
    batch_size: int,
    *,
    rng: np.random.Generator,
    symbols: int = 8,
    length: int = 10,
    dtype: Any = np.float64,
) -> Batch:
    """Draw the copy task: write down what was read before a long pause.

    A sequence is `length` symbols, then blanks, and after `delay` steps a go sign with which the
    last blanks begin. The answer is blank until the go sign has been read, and then the symbols.

    Parameters
    ----------
    delay : int
        Steps from the end of the symbols to the start of the answer.
    batch_size : int
        B.
    rng : numpy.random.Generator
    symbols : int
        K, how many different symbols, at least 2.
    length : int
        How many symbols to copy.
    dtype : float64 or float32

    Returns
    -------
    xs : ndarray, shape (T, B, K + 2), T = delay + 2 · length
        One-hot: K symbols, the blank, the go sign.
    targets : ndarray of int, shape (T, B)
        From 0 to K, K for the blank: for `heads.softmax_cross_entropy` of K + 1 scores.
    mask : ndarray, shape (T, B)
        1 everywhere.

    Raises
    ------
    TypeError, ValueError
        If an argument is not what is described above.

    Notes
    -----
    Without memory: blank where the answer is blank, and any symbol afterwards, for a loss of
    length · ln K / (delay + 2 · length). Arjovsky, Shah and Bengio (2016) have K = 8, length 10:
    10 ln 8 / (delay + 20). Hochreiter and Schmidhuber (1997) recall single symbols instead.

    Examples
    --------
    >>> xs, targets, _ = copy(4, 1, rng=np.random.default_rng(0), symbols=3, length=3)
    >>> "".join("abc_!"[k] for k in xs[:, 0].argmax(axis=-1))
    'cbb___!___'
    >>> "".join("abc_"[k] for k in targets[:, 0])
    '_______cbb'
    """
    delay, length = checks.size("delay", delay), checks.size("length", length)
    symbols = checks.at_least("symbols", symbols, 2)
    batch_size, dtype = check_common(batch_size, rng, dtype)
    steps = delay + 2 * length
    codes = np.full((steps, batch_size), symbols)
    targets = codes.copy()
    targets[-length:] = codes[:length] = rng.integers(0, symbols, (length, batch_size))
    codes[length + delay - 1] = symbols + 1
    return one_hot(codes, symbols + 2, dtype), targets, np.ones((steps, batch_size), dtype)


def echo(
    steps: int,
    batch_size: int,
    *,
    delay: int,
    rng: np.random.Generator,
    dtype: Any = np.float64,
) -> Batch:
    """Draw the echo task: repeat each bit `delay` steps later.

    The input is a stream of random bits. The answer at step t is the bit of step t − delay.

    Parameters
    ----------
    steps : int
        T, above `delay`.
    batch_size : int
        B.
    delay : int
    rng : numpy.random.Generator
    dtype : float64 or float32

    Returns
    -------
    xs : ndarray, shape (T, B, 1)
        0 or 1.
    targets : ndarray of int, shape (T, B)
        0 or 1: for `heads.logistic_cross_entropy`.
    mask : ndarray, shape (T, B)
        1 from step `delay` on.

    Raises
    ------
    TypeError, ValueError
        If an argument is not what is described above.

    Notes
    -----
    Chance is 1/2, and its loss is ln 2: a net that holds k bits is right for delays up to k and
    no further. After the short-term memory task of Jaeger (2001), with bits for real numbers.

    Examples
    --------
    >>> xs, targets, mask = echo(8, 1, delay=3, rng=np.random.default_rng(0))
    >>> xs[:, 0, 0].astype(int), targets[:, 0]
    (array([1, 1, 1, 0, 0, 0, 0, 0]), array([0, 0, 0, 1, 1, 1, 0, 0]))
    >>> mask[:, 0].astype(int)
    array([0, 0, 0, 1, 1, 1, 1, 1])
    """
    delay = checks.size("delay", delay)
    steps = checks.at_least("steps", steps, delay + 1)
    batch_size, dtype = check_common(batch_size, rng, dtype)
    bits = rng.integers(0, 2, (steps, batch_size))
    targets, mask = np.zeros_like(bits), np.zeros((steps, batch_size), dtype)
    targets[delay:], mask[delay:] = bits[:-delay], 1
    return bits[..., None].astype(dtype), targets, mask
