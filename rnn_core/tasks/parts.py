"""What the tasks share: checks, one-hot rows, and the mask of a last step."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import checks

Batch = tuple[np.ndarray, np.ndarray, np.ndarray]
VariableBatch = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def check_common(batch_size: object, rng: object, dtype: Any) -> tuple[int, np.dtype]:
    """Check what every task takes; return B and the dtype.

    Examples
    --------
    >>> check_common(32, np.random.default_rng(0), "float32")
    (32, dtype('float32'))
    """
    checks.generator("rng", rng)
    return checks.size("batch_size", batch_size), checks.float_dtype("dtype", dtype)


def one_hot(symbols: np.ndarray, count: int, dtype: np.dtype) -> np.ndarray:
    """Return symbols (T, B) as one-hot rows (T, B, count).

    Examples
    --------
    >>> one_hot(np.array([[0, 2]]), 3, np.dtype(float)).tolist()
    [[[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]]
    """
    return np.eye(count, dtype=dtype)[symbols]


def last_step(steps: int, batch_size: int, dtype: np.dtype) -> np.ndarray:
    """Return a mask (T, B) that is 1 at the last step alone.

    Examples
    --------
    >>> last_step(3, 1, np.dtype(float)).ravel()
    array([0., 0., 1.])
    """
    mask = np.zeros((steps, batch_size), dtype)
    mask[-1] = 1
    return mask
