"""Real speech: nine men say two vowels."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import checks
from .bundled import bundled


def japanese_vowels(
    split: str, *, dtype: Any = np.float64
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Read one split of Japanese Vowels: who of nine men says /ae/?

    Parameters
    ----------
    split : "train" or "test"
        270 utterances, 30 of each speaker, or 370, from 24 to 88 of each. They come sorted by
        speaker: shuffle before training in parts.
    dtype : float64 or float32

    Returns
    -------
    xs : ndarray, shape (T, B, 12)
        12 LPC cepstrum coefficients (no unit) of frames 6.4 ms apart, each 25.6 ms long, sampled
        at 10 kHz. T is the longest length of the split; zeros stand after the end.
    labels : ndarray of int, shape (B,)
        The speaker, from 0 to 8.
    lengths : ndarray of int, shape (B,)
        From 7 to 29 frames.

    Raises
    ------
    ImportError
        If aeon is not installed.
    FileNotFoundError
        If this version of aeon comes without the data.
    TypeError, ValueError
        If an argument is not what is described above.

    Notes
    -----
    Chance is 1/9 for training, where all speakers speak equally often; always naming the most
    frequent speaker of the test split is right for 88 of 370. For a loss at the last frame
    (`heads.softmax_cross_entropy`), labels and mask of shape (T, B) are made as in the example.

    Source: Kudo, Toyama and Shimbo (1999), "Multidimensional curve classification using
    passing-through regions", Pattern Recognition Letters 20, 1103-1111; UCI Machine Learning
    Repository, doi:10.24432/C5NS47. Read from the file in aeon, which is under BSD-3-Clause and
    names no licence for the data: cite the paper.

    Examples
    --------
    >>> xs, labels, lengths = japanese_vowels("train")
    >>> xs.shape, labels.shape, int(lengths.min()), int(lengths.max())
    ((26, 270, 12), (270,), 7, 26)
    >>> targets = np.tile(labels, (len(xs), 1))
    >>> mask = np.arange(len(xs))[:, None] == lengths - 1
    >>> targets.shape, bool((mask.sum(axis=0) == 1).all())
    ((26, 270), True)
    """
    part = checks.choice("split", split, ["train", "test"]).upper()
    dtype = checks.float_dtype("dtype", dtype)
    parts = ("datasets", "data", "JapaneseVowels", f"JapaneseVowels_{part}.ts")
    path = bundled("rnn_core.data.japanese_vowels", "aeon", *parts)
    lines = path.read_text("utf-8").split("@data\n")[1].split()
    # A line holds 12 coefficients over time and the speaker, each after a colon.
    utterances = [[row.split(",") for row in line.split(":")] for line in lines]
    lengths = np.array([len(rows[0]) for rows in utterances])
    labels = np.array([int(rows[-1][0]) - 1 for rows in utterances])
    xs = np.zeros((lengths.max(), len(lengths), 12), dtype)
    for column, rows in enumerate(utterances):
        xs[: lengths[column], column] = np.array(rows[:-1], dtype).T
    return xs, labels, lengths
