"""Outputs and states from one layout to another: which axis is time, where directions are.

rnn_core, PyTorch and ONNX put time first, Keras the batch. ONNX gives directions an axis of
their own; PyTorch, Keras and rnn_core put the backward direction's units behind the forward's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .. import checks
from ..cell import Layer
from ..trace import map_state


def time_major(ys: Any) -> np.ndarray:
    """Return sequences of shape (B, T, K), as Keras has them, as (T, B, K).

    Raises
    ------
    TypeError, ValueError
        If `ys` is not numeric or not of rank 3.

    Examples
    --------
    >>> time_major(np.zeros((2, 5, 3))).shape
    (5, 2, 3)
    """
    return np.swapaxes(_rank("ys", ys, 3, "(B, T, K)"), 0, 1).copy()


def batch_major(ys: Any) -> np.ndarray:
    """Return sequences of shape (T, B, K) as (B, T, K), as Keras has them.

    Raises
    ------
    TypeError, ValueError
        If `ys` is not numeric or not of rank 3.

    Examples
    --------
    >>> batch_major(np.zeros((5, 2, 3))).shape
    (2, 5, 3)
    """
    return np.swapaxes(_rank("ys", ys, 3, "(T, B, K)"), 0, 1).copy()


def join_directions(Y: Any) -> np.ndarray:
    """Return ONNX's output Y, shape (T, directions, B, H), as (T, B, directions·H).

    Raises
    ------
    TypeError, ValueError
        If `Y` is not numeric or not of rank 4.

    Examples
    --------
    >>> join_directions(np.zeros((5, 2, 7, 3))).shape
    (5, 7, 6)
    """
    Y = _rank("Y", Y, 4, "(T, directions, B, H)")
    steps, directions, batch, size = Y.shape
    return np.moveaxis(Y, 1, 2).reshape(steps, batch, directions * size).copy()


def split_directions(hs: Any, directions: int = 1) -> np.ndarray:
    """Return hidden states of shape (T, B, directions·H) as ONNX's Y, (T, directions, B, H).

    Raises
    ------
    TypeError, ValueError
        If `hs` is not numeric, not of rank 3, or its last axis does not divide.

    Examples
    --------
    >>> split_directions(np.zeros((5, 7, 6)), directions=2).shape
    (5, 2, 7, 3)
    """
    hs = _rank("hs", hs, 3, "(T, B, directions·H)")
    if hs.shape[2] % checks.size("directions", directions):
        raise ValueError(
            f"hs must have a last axis that {directions} directions share; got {hs.shape[2]}"
        )
    return np.stack(np.split(hs, directions, axis=2), axis=1)


def stack_states(state: Any) -> tuple[np.ndarray, ...]:
    """Return a state as PyTorch and ONNX have it: h and, of an LSTM, c, with an axis of cells.

    Parameters
    ----------
    state : State, or the nested state of a Stacked or a Bidirectional

    Returns
    -------
    tuple of ndarray, each of shape (cells, B, H)
        From the lowest layer up, and in each the forward direction before the backward one.

    Raises
    ------
    TypeError
        If `state` is not made of tuples of arrays.

    Examples
    --------
    >>> from rnn_core import LSTM
    >>> lstm = LSTM(2, 3, rng=np.random.default_rng(0))
    >>> [part.shape for part in stack_states(lstm.zero_state(4))]
    [(1, 4, 3), (1, 4, 3)]
    """
    return tuple(np.stack(parts) for parts in zip(*_leaves(state), strict=True))


def unstack_states(layer: Layer, arrays: Any) -> Any:
    """Return what PyTorch or ONNX has as a state, in the form that `layer` takes.

    Parameters
    ----------
    layer : Cell, Stacked or Bidirectional
    arrays : sequence of array, each of shape (cells, B, H)
        (h,) or, for an LSTM, (h, c).

    Returns
    -------
    State, or a nested state

    Raises
    ------
    TypeError, ValueError
        If there are too few or too many arrays, or a shape is wrong.

    Examples
    --------
    >>> from rnn_core import GRU
    >>> gru = GRU(2, 3, rng=np.random.default_rng(0))
    >>> unstack_states(gru, [np.ones((1, 4, 3))]).h.shape
    (4, 3)
    """
    checks.instance("layer", layer, Layer)
    checks.instance("arrays", arrays, Sequence)
    batch = max((np.shape(part)[1] for part in arrays if np.ndim(part) == 3), default=1)
    like = layer.zero_state(batch)
    want = stack_states(like)
    if len(arrays) != len(want):
        raise ValueError(f"arrays must be {len(want)} for this layer; got {len(arrays)}")
    given = [
        checks.array(f"arrays[{at}]", value, zero.shape, layer.dtype)
        for at, (value, zero) in enumerate(zip(arrays, want, strict=True))
    ]
    parts = iter([part for cell in zip(*given, strict=True) for part in cell])
    return map_state(lambda _: next(parts).copy(), like)


def _leaves(state: Any) -> list[tuple[np.ndarray, ...]]:
    if not isinstance(state, tuple) or not state:
        raise TypeError(f"state must be a state of a cell, or a tuple of them; got {state!r:.60}")
    if isinstance(state[0], np.ndarray):
        return [state]
    return [leaf for part in state for leaf in _leaves(part)]


def _rank(name: str, value: Any, rank: int, shape: str) -> np.ndarray:
    given = checks.numeric(name, value)
    if given.ndim != rank or 0 in given.shape:
        raise ValueError(f"{name} must have shape {shape}, each size at least 1; got {given.shape}")
    return given
