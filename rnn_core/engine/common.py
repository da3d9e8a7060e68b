"""What the engines of the cells share: activations, packed weights, and how time is cut.

The ideas are told in `__init__.py`; here are the parts that are the same in every cell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np

from ..trace import Trace

Params = dict[str, np.ndarray]

# How much is worked on at a time. Both bounds are for speed; an eighth of all steps, between them,
# keeps the working memory small beside what is stored.
SLOPES = (1 << 17, 1 << 19)  # bytes of slopes, which stay in the cache until they are used
ROWS = (256, 1024)  # steps × batch in one product for the gradients of weights

Out = np.ndarray | None


def sigmoid(a: np.ndarray, out: Out = None) -> np.ndarray:
    """Return σ(a) = 1 / (1 + e^(−a)), by way of tanh, which never overflows."""
    out = np.multiply(a, 0.5, out)
    np.tanh(out, out)
    np.multiply(out, 0.5, out)
    return np.add(out, 0.5, out)


def relu(a: np.ndarray, out: Out = None) -> np.ndarray:
    """Return max(0, a)."""
    return np.maximum(a, 0, out=out)


def _tanh_slope(y: np.ndarray, out: Out = None) -> np.ndarray:
    out = np.multiply(y, y, out)
    return np.subtract(1, out, out)


def _sigmoid_slope(y: np.ndarray, out: Out = None) -> np.ndarray:
    out = np.subtract(1, y, out)
    return np.multiply(out, y, out)


class Activation(NamedTuple):
    """A function φ, and its slope dφ/da written in terms of the value y = φ(a).

    Both are called as `value(a)` or, to write into an array, as `value(a, out)`.
    """

    value: Callable[..., np.ndarray]
    slope: Callable[..., np.ndarray]


ACTIVATIONS = {
    "tanh": Activation(np.tanh, _tanh_slope),
    "logistic": Activation(sigmoid, _sigmoid_slope),
    "relu": Activation(relu, lambda y, out=None: np.sign(y, out)),
    "identity": Activation(np.positive, lambda y, out=None: np.power(y, 0, out)),
}


@contextmanager
def unbuffered() -> Iterator[None]:
    """Keep NumPy from copying strided operands through its buffer, which takes longer here."""
    size = np.setbufsize(16)
    try:
        yield
    finally:
        np.setbufsize(size)


def packed(p: Params, letters: str, halved: str = "") -> np.ndarray:
    """Return [W_kx, b_k, W_kh] of every gate k, gate under gate, shape (GH, D + 1 + H).

    The gates in `halved` are halved: σ(v) = ½ + ½ tanh(v/2), and this is the ½ inside.
    """
    size, inputs = p[f"W_{letters[0]}x"].shape
    weights = np.empty((len(letters), size, inputs + 1 + size), p[f"W_{letters[0]}x"].dtype)
    for w, k in zip(weights, letters, strict=True):
        w[:, :inputs], w[:, inputs], w[:, inputs + 1 :] = p[f"W_{k}x"], p[f"b_{k}"], p[f"W_{k}h"]
        if k in halved:
            w *= 0.5
    return weights.reshape(-1, inputs + 1 + size)


def stacked(p: Params, kind: str, letters: str) -> np.ndarray:
    """Return parameters gate under gate; `kind` is "W_?x", "W_?h" or "b_?"."""
    return np.concatenate([p[kind.replace("?", k)] for k in letters])


def named(kind: str, letters: str, stacked: np.ndarray) -> Params:
    """Return the gates of a stack by name: the inverse of `stacked`."""
    gates = stacked.reshape(len(letters), -1, *stacked.shape[1:])
    return {kind.replace("?", k): gate for k, gate in zip(letters, gates, strict=True)}


def by_features(a: np.ndarray) -> np.ndarray:
    """Return the view (T, H, B) of an array (T, B, H), or the other way round."""
    return a.swapaxes(1, 2)


def columns_of(xs: np.ndarray, h: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the columns [x_t, 1, h_{t−1}] of every step, shape (T + 1, D + 1 + H, B), and h_t.

    h_t is a view of the columns, yet to be filled: what a step writes is what the next one reads.
    """
    steps, batch, inputs = xs.shape
    columns = np.empty((steps + 1, inputs + 1 + h.shape[1], batch), xs.dtype)
    columns[:-1, :inputs] = by_features(xs)
    columns[:, inputs] = 1
    columns[0, inputs + 1 :] = h.T
    return columns, columns[1:, inputs + 1 :]


def as_rows(a: np.ndarray) -> np.ndarray:
    """Return steps and batch of an array (t, B, ·) as one axis, shape (tB, ·)."""
    return a.reshape(-1, a.shape[2])


def before(trace: Trace, letter: str, steps: slice) -> np.ndarray:
    """Return the state `letter` as each of some steps found it, shape (t, H, B)."""
    states = trace.arrays[letter]
    if steps.start:
        return by_features(states[steps.start - 1 : steps.stop - 1])
    first = getattr(trace.start, letter)[None]
    return by_features(np.concatenate([first, states[: steps.stop - 1]]))


def spans(steps: slice, length: int) -> Iterator[slice]:
    """Cut the time steps of a slice into slices of `length` at most, the last steps first."""
    for stop in range(steps.stop, steps.start, -length):
        yield slice(max(steps.start, stop - length), stop)


def blocks(trace: Trace) -> Iterator[slice]:
    """Return the steps whose weight gradients are one product, the last steps first."""
    steps, batch, _ = trace.h.shape
    return spans(slice(0, steps), 1 + _eighth(steps * batch, ROWS) // batch)


def chunks(trace: Trace, block: slice, gates: int) -> Iterator[tuple[slice, slice]]:
    """Return the steps whose slopes are computed at once, and their places in the block."""
    step = gates * trace.h[0].nbytes
    for chunk in spans(block, 1 + _eighth(len(trace) * step, SLOPES) // step):
        yield chunk, slice(chunk.start - block.start, chunk.stop - block.start)


def _eighth(whole: int, bounds: tuple[int, int]) -> int:
    return min(max(bounds[0], whole // 8), bounds[1])
