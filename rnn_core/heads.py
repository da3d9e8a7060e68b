"""From a hidden state to an answer, and from an answer to a loss.

A `Readout` turns h_t into scores. A loss takes the scores and the truth and returns two things:
the mean loss, in nats or squared units, and its gradient with respect to the scores.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from . import checks
from .engine import sigmoid
from .init import glorot_uniform


class Readout:
    r"""A linear layer on the hidden state.

    .. math:: y_t = W_{yh} h_t + b_y

    Parameters
    ----------
    hidden_size, output_size : int
        H and K.
    rng : numpy.random.Generator
    dtype : float64 or float32
    """

    def __init__(
        self,
        hidden_size: int,
        output_size: int,
        *,
        rng: np.random.Generator,
        dtype: Any = np.float64,
    ) -> None:
        self.hidden_size = checks.size("hidden_size", hidden_size)
        self.output_size = checks.size("output_size", output_size)
        dtype = checks.float_dtype("dtype", dtype)
        W = glorot_uniform(self.output_size, self.hidden_size, rng=rng).astype(dtype)
        self.params = {"W_yh": W, "b_y": np.zeros(self.output_size, dtype)}

    def __repr__(self) -> str:
        return f"Readout({self.hidden_size}, {self.output_size})"

    def forward(self, hs: Any) -> np.ndarray:
        """Return the scores (T, B, K) of hidden states (T, B, H)."""
        W, b = self.params["W_yh"], self.params["b_y"]
        return checks.array("hs", hs, ("T", "B", self.hidden_size), W.dtype) @ W.T + b

    def backward(self, hs: Any, dscores: Any) -> tuple[dict[str, np.ndarray], np.ndarray]:
        """Return ∂L/∂ of the parameters, by name, and ∂L/∂h of shape (T, B, H)."""
        W = self.params["W_yh"]
        hs = checks.array("hs", hs, ("T", "B", self.hidden_size), W.dtype)
        shape = (*hs.shape[:2], self.output_size)
        dscores = checks.array("dscores", dscores, shape, W.dtype)
        rows = dscores.reshape(-1, self.output_size)
        dW = rows.T @ hs.reshape(len(rows), -1)
        return {"W_yh": dW, "b_y": rows.sum(axis=0)}, dscores @ W


def softmax(scores: Any) -> np.ndarray:
    """Return e^s / Σ e^s over the last axis; the largest score is taken off first."""
    scores = _scores(scores)
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def mean_squared_error(scores: Any, targets: Any, mask: Any = None) -> tuple[float, np.ndarray]:
    """Return the mean of (score − target)² and its gradient.

    Parameters
    ----------
    scores, targets : array, shape (T, B, K)
    mask : array, shape (T, B), optional
        1 where a step counts, 0 where it does not. The mean is over the entries that count.

    Returns
    -------
    loss : float
    dscores : ndarray, shape (T, B, K)

    Raises
    ------
    TypeError, ValueError
        If shapes differ, a number is not finite, or the mask leaves nothing to count.
    """
    scores = _scores(scores)
    error = scores - checks.array("targets", targets, scores.shape, scores.dtype)
    weight = _weights(mask, scores) / scores.shape[-1]
    return float((weight * error**2).sum()), 2 * weight * error


def softmax_cross_entropy(scores: Any, labels: Any, mask: Any = None) -> tuple[float, np.ndarray]:
    """Return the mean of −log softmax(scores)[label], in nats, and its gradient.

    Parameters
    ----------
    scores : array, shape (T, B, K)
    labels : array of int, shape (T, B)
        The right class at each step, from 0 to K − 1.
    mask : array, shape (T, B), optional
        1 where a step counts, 0 where it does not.

    Returns
    -------
    loss : float
    dscores : ndarray, shape (T, B, K)

    Raises
    ------
    TypeError, ValueError
        If shapes differ, a label is no class, a number is not finite, or nothing counts.
    """
    scores = _scores(scores)
    labels = checks.classes("labels", labels, scores.shape[:2], scores.shape[-1])[..., None]
    weight = _weights(mask, scores)
    shifted = scores - scores.max(axis=-1, keepdims=True)
    log_sum = np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    loss = (weight * (log_sum - np.take_along_axis(shifted, labels, -1))).sum()
    dscores = np.exp(shifted - log_sum)
    np.put_along_axis(dscores, labels, np.take_along_axis(dscores, labels, -1) - 1, -1)
    return float(loss), weight * dscores


def logistic_cross_entropy(scores: Any, labels: Any, mask: Any = None) -> tuple[float, np.ndarray]:
    """Return the mean of −log p(label), p(1) = σ(score), in nats, and its gradient.

    Parameters
    ----------
    scores : array, shape (T, B, 1)
    labels : array of 0 and 1, shape (T, B)
    mask : array, shape (T, B), optional
        1 where a step counts, 0 where it does not.

    Returns
    -------
    loss : float
    dscores : ndarray, shape (T, B, 1)

    Raises
    ------
    TypeError, ValueError
        If shapes differ, a label is not 0 or 1, a number is not finite, or nothing counts.
    """
    scores = _scores(scores)
    if scores.shape[-1] != 1:
        raise ValueError(f"scores must have shape (T, B, 1); got {scores.shape}")
    labels = checks.classes("labels", labels, scores.shape[:2], 2)[..., None]
    weight = _weights(mask, scores)
    # log(1 + e^s) − s would lose every digit of a small loss; log(1 + e^(−s)) is the same.
    loss = (weight * np.logaddexp(0, np.where(labels == 1, -scores, scores))).sum()
    return float(loss), weight * (sigmoid(scores) - labels.astype(scores.dtype))


def _scores(scores: Any) -> np.ndarray:
    given = checks.numeric("scores", scores)
    dtype = np.float32 if given.dtype == np.float32 else np.float64
    return checks.array("scores", given, ("T", "B", "K"), dtype)


def _weights(mask: Any, scores: np.ndarray) -> np.ndarray:
    shape = scores.shape[:2]
    weight = checks.array("mask", np.ones(shape) if mask is None else mask, shape, scores.dtype)
    if weight.min() < 0 or weight.sum() == 0:
        raise ValueError(
            "mask must be 0 or more, with at least one step that counts; "
            f"got a least value of {weight.min():g} and a sum of {weight.sum():g}"
        )
    return (weight / weight.sum())[..., None]  # (T, B, 1)
