"""Sequences of different lengths in one batch.

A batch is as long as its longest sequence; the others are padded. What a causal cell computes in
the padding cannot reach the real steps before it. So the cell runs over everything, and then the
padding is overwritten: the state is held as it was after the last real step. Backward is the same
upside down: what reaches a held state goes to the step that it was held from.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .trace import State


def mask_of(lengths: np.ndarray, steps: int) -> np.ndarray:
    """Return 1 at the real steps and 0 in the padding, shape (T, B).

    Examples
    --------
    >>> mask_of(np.array([1, 3]), 3)
    array([[1, 1],
           [0, 1],
           [0, 1]])
    """
    return (np.arange(steps)[:, None] < lengths).astype(int)


def hold(arrays: dict[str, np.ndarray], start: State, lengths: np.ndarray) -> None:
    """Overwrite the padding of a trace's arrays: the state is held, all else is 0."""
    begun = lengths > 0
    for letter, values in arrays.items():
        padded = mask_of(lengths, len(values)) == 0
        held = np.zeros_like(values[0])  # (B, H)
        if letter in start._fields:
            held[...] = getattr(start, letter)
            held[begun] = values[lengths[begun] - 1, begun]
        values[padded] = held[np.nonzero(padded)[1]]


def fold(
    dh: np.ndarray, end: Any, lengths: np.ndarray
) -> tuple[np.ndarray, dict[str, np.ndarray], Any]:
    """Send what reaches the held states back to the steps they were held from.

    Returns
    -------
    dh : ndarray, shape (T, B, H)
        0 in the padding.
    inner : dict of ndarray, shape (T, B, H)
        ∂L/∂ of each letter of the state but h, by the direct path at each step.
    early : State
        What goes straight to the start, for sequences of no step at all.
    """
    padded, begun = mask_of(lengths, len(dh))[..., None] == 0, lengths > 0
    at = lengths[begun] - 1, begun
    reaches = {letter: grad.copy() for letter, grad in zip(end._fields, end, strict=True)}
    real = np.where(padded, 0, dh)
    if "h" in reaches:
        reaches["h"] += np.where(padded, dh, 0).sum(axis=0)
        real[at] += reaches["h"][begun]
    inner = {letter: np.zeros_like(real) for letter in end._fields if letter != "h"}
    for letter, grad in inner.items():
        grad[at] = reaches[letter][begun]
    early = type(end)(*(np.where(begun[:, None], 0, reaches[k]) for k in end._fields))
    return real, inner, early


def reverse(values: np.ndarray, lengths: np.ndarray | None) -> np.ndarray:
    """Return each sequence backwards within its length, and its padding where it was.

    Examples
    --------
    >>> reverse(np.array([[1, 5], [2, 6], [0, 7]])[..., None], np.array([2, 3]))[..., 0]
    array([[2, 7],
           [1, 6],
           [0, 5]])
    """
    if lengths is None:
        return values[::-1]
    t = np.arange(len(values))[:, None]
    order = np.where(t < lengths, lengths - 1 - t, t)  # (T, B)
    return np.take_along_axis(values, order[..., None], axis=0)
