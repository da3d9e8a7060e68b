"""State tracking: the answer at every step depends on all inputs so far."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from .. import checks
from .parts import Batch, check_common, one_hot

S3 = tuple(itertools.permutations(range(3)))  # S3[k][i] is where permutation k sends i
_PRODUCTS = np.array([[S3.index(tuple(p[i] for i in q)) for q in S3] for p in S3])


def parity(
    steps: int, batch_size: int, *, rng: np.random.Generator, dtype: Any = np.float64
) -> Batch:
    """Draw parity: is the number of ones so far odd?

    The input is a stream of random bits. The answer at each step is the exclusive or of all bits
    up to it.

    Parameters
    ----------
    steps : int
        T.
    batch_size : int
        B.
    rng : numpy.random.Generator
    dtype : float64 or float32

    Returns
    -------
    xs : ndarray, shape (T, B, 1)
        0 or 1.
    targets : ndarray of int, shape (T, B)
        1 for odd: for `heads.logistic_cross_entropy`.
    mask : ndarray, shape (T, B)
        1 everywhere.

    Raises
    ------
    TypeError, ValueError
        If an argument is not what is described above.

    Notes
    -----
    Chance is 1/2, and its loss is ln 2; who has missed one bit is at chance ever after (the first
    step alone can be had without memory). Merrill, Petty and Sabharwal (2024) discuss which nets
    can track such states.

    Examples
    --------
    >>> xs, targets, mask = parity(6, 1, rng=np.random.default_rng(0))
    >>> xs[:, 0, 0].astype(int), targets[:, 0]
    (array([1, 1, 1, 0, 0, 0]), array([1, 0, 1, 1, 1, 1]))
    """
    steps = checks.size("steps", steps)
    batch_size, dtype = check_common(batch_size, rng, dtype)
    bits = rng.integers(0, 2, (steps, batch_size))
    targets = bits.cumsum(axis=0) % 2
    return bits[..., None].astype(dtype), targets, np.ones((steps, batch_size), dtype)


def s3_composition(
    steps: int, batch_size: int, *, rng: np.random.Generator, dtype: Any = np.float64
) -> Batch:
    """Draw the word problem of S₃: where do three things lie after these shuffles?

    The input is a stream of the six permutations of three things. The answer at each step is
    their product so far, the newest applied last: one of the same six.

    Parameters
    ----------
    steps : int
        T.
    batch_size : int
        B.
    rng : numpy.random.Generator
    dtype : float64 or float32

    Returns
    -------
    xs : ndarray, shape (T, B, 6)
        One-hot places in `S3`.
    targets : ndarray of int, shape (T, B)
        The product's place in `S3`: for `heads.softmax_cross_entropy`.
    mask : ndarray, shape (T, B)
        1 everywhere.

    Raises
    ------
    TypeError, ValueError
        If an argument is not what is described above.

    Notes
    -----
    Chance is 1/6, and its loss is ln 6. S₃ is the smallest group in which the order of factors
    matters. Merrill, Petty and Sabharwal (2024) prove that state-space models such as S4 and Mamba
    cannot do it for S₅, a harder group, at every length, unless TC⁰ = NC¹: S₃ is a small picture
    of it, not the theorem.

    Examples
    --------
    >>> xs, targets, mask = s3_composition(3, 1, rng=np.random.default_rng(1))
    >>> [S3[k] for k in xs[:, 0].argmax(axis=-1)], [S3[k] for k in targets[:, 0]]
    ([(1, 0, 2), (1, 2, 0), (2, 0, 1)], [(1, 0, 2), (2, 1, 0), (1, 0, 2)])
    """
    steps = checks.size("steps", steps)
    batch_size, dtype = check_common(batch_size, rng, dtype)
    codes = rng.integers(0, 6, (steps, batch_size))
    targets = codes.copy()
    for t in range(1, steps):
        targets[t] = _PRODUCTS[codes[t], targets[t - 1]]
    return one_hot(codes, 6, dtype), targets, np.ones((steps, batch_size), dtype)
