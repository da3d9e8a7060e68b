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

    Raises
    ------
    TypeError, ValueError
        If a size is not a whole number from 1 up, or `rng` or `dtype` is another thing.

    Examples
    --------
    >>> import numpy as np
    >>> readout = Readout(3, 2, rng=np.random.default_rng(0))
    >>> hs = np.zeros((5, 1, 3))
    >>> readout.forward(hs).shape
    (5, 1, 2)
    >>> params, dh = readout.backward(hs, np.ones((5, 1, 2)))
    >>> sorted(params), dh.shape
    (['W_yh', 'b_y'], (5, 1, 3))
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
        """Return the scores of hidden states.

        Parameters
        ----------
        hs : array, shape (T, B, H)

        Returns
        -------
        ndarray, shape (T, B, K)

        Raises
        ------
        TypeError, ValueError
            If the shape is wrong or a number is not finite.
        """
        self._check_params()
        W, b = self.params["W_yh"], self.params["b_y"]
        return checks.array("hs", hs, ("T", "B", self.hidden_size), W.dtype) @ W.T + b

    def backward(self, hs: Any, dscores: Any) -> tuple[dict[str, np.ndarray], np.ndarray]:
        r"""Return ∂L/∂ of the parameters and of the hidden states.

        .. math::

            \frac{\partial L}{\partial W_{yh}}
                = \sum_{t,b} \frac{\partial L}{\partial y_t} h_t^\top, \qquad
            \frac{\partial L}{\partial b_y}
                = \sum_{t,b} \frac{\partial L}{\partial y_t}, \qquad
            \frac{\partial L}{\partial h_t}
                = W_{yh}^\top \frac{\partial L}{\partial y_t}

        Parameters
        ----------
        hs : array, shape (T, B, H)
            What `forward` was given.
        dscores : array, shape (T, B, K)
            ∂L/∂y, as a loss returns it.

        Returns
        -------
        params : dict of ndarray
            By name, as in `params`.
        dh : ndarray, shape (T, B, H)

        Raises
        ------
        TypeError, ValueError
            If a shape is wrong or a number is not finite.
        """
        self._check_params()
        W = self.params["W_yh"]
        hs = checks.array("hs", hs, ("T", "B", self.hidden_size), W.dtype)
        shape = (*hs.shape[:2], self.output_size)
        dscores = checks.array("dscores", dscores, shape, W.dtype)
        rows = dscores.reshape(-1, self.output_size)
        dW = rows.T @ hs.reshape(len(rows), -1)
        return {"W_yh": dW, "b_y": rows.sum(axis=0)}, dscores @ W

    @property
    def dtype(self) -> np.dtype:
        """The dtype of the parameters, in which everything is computed."""
        return next(iter(self.params.values())).dtype

    def _check_params(self) -> None:
        shapes = {"W_yh": (self.output_size, self.hidden_size), "b_y": (self.output_size,)}
        checks.parameters(self.params, shapes, self.dtype)


def softmax(scores: Any) -> np.ndarray:
    r"""Return the probabilities of the classes; the largest score is taken off first.

    .. math:: p^k = \frac{e^{s^k - s^{max}}}{\sum_j e^{s^j - s^{max}}}

    Parameters
    ----------
    scores : array, shape (T, B, K)

    Returns
    -------
    ndarray, shape (T, B, K)
        Each from 0 to 1; their sum over K is 1.

    Raises
    ------
    TypeError, ValueError
        If the shape is wrong or a number is not finite.

    Examples
    --------
    >>> import math
    >>> softmax([[[0.0, math.log(3)]]]).round(4).tolist()
    [[[0.25, 0.75]]]
    """
    scores = checks.floating("scores", scores, ("T", "B", "K"))
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def log_softmax(scores: Any) -> np.ndarray:
    r"""Return the logarithm of the softmax, exact also where the softmax itself rounds to 0.

    .. math:: \log p^k = s^k - s^{max} - \log \textstyle\sum_j e^{s^j - s^{max}}

    Parameters
    ----------
    scores : array, shape (T, B, K)

    Returns
    -------
    ndarray, shape (T, B, K)
        In nats; at most 0.

    Raises
    ------
    TypeError, ValueError
        If the shape is wrong or a number is not finite.

    Examples
    --------
    >>> log_softmax([[[0.0, 1000.0]]]).tolist()
    [[[-1000.0, 0.0]]]
    """
    scores = checks.floating("scores", scores, ("T", "B", "K"))
    shifted = scores - scores.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def mean_squared_error(scores: Any, targets: Any, mask: Any = None) -> tuple[float, np.ndarray]:
    r"""Return the mean of (score − target)² and its gradient.

    With m the mask, M its sum, and y the target,

    .. math::

        L = \frac{1}{MK} \sum_{t,b,k} m \, (s^k - y^k)^2, \qquad
        \frac{\partial L}{\partial s^k} = \frac{2m}{MK} (s^k - y^k)

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

    Examples
    --------
    >>> loss, dscores = mean_squared_error([[[1.0, 2.0]]], [[[0.0, 4.0]]])
    >>> loss, dscores.tolist()
    (2.5, [[[1.0, -2.0]]])
    """
    scores = checks.floating("scores", scores, ("T", "B", "K"))
    error = scores - checks.array("targets", targets, scores.shape, scores.dtype)
    weight = _weights(mask, scores) / scores.shape[-1]
    return float((weight * error**2).sum()), 2 * weight * error


def softmax_cross_entropy(scores: Any, labels: Any, mask: Any = None) -> tuple[float, np.ndarray]:
    r"""Return the mean of −log softmax(scores)[label], in nats, and its gradient.

    With m the mask, M its sum, p the softmax of the scores, and l the label,

    .. math::

        L = -\frac{1}{M} \sum_{t,b} m \log p^l, \qquad
        \frac{\partial L}{\partial s^k} = \frac{m}{M} \bigl( p^k - [k = l] \bigr)

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

    Examples
    --------
    >>> import math
    >>> loss, dscores = softmax_cross_entropy([[[0.0, math.log(3)]]], [[1]])
    >>> round(math.exp(-loss), 4), dscores.round(4).tolist()
    (0.75, [[[0.25, -0.25]]])
    """
    scores = checks.floating("scores", scores, ("T", "B", "K"))
    labels = checks.classes("labels", labels, scores.shape[:2], scores.shape[-1])[..., None]
    weight = _weights(mask, scores)
    log_p = log_softmax(scores)
    loss = -(weight * np.take_along_axis(log_p, labels, -1)).sum()
    dscores = np.exp(log_p)
    np.put_along_axis(dscores, labels, np.take_along_axis(dscores, labels, -1) - 1, -1)
    return float(loss), weight * dscores


def logistic_cross_entropy(scores: Any, labels: Any, mask: Any = None) -> tuple[float, np.ndarray]:
    r"""Return the mean of −log p(label), p(1) = σ(score), in nats, and its gradient.

    With m the mask, M its sum, and l the label,

    .. math::

        L = -\frac{1}{M} \sum_{t,b} m \, \bigl[ l \log \sigma(s) + (1 - l) \log \sigma(-s) \bigr],
        \qquad \frac{\partial L}{\partial s} = \frac{m}{M} \bigl( \sigma(s) - l \bigr)

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

    Examples
    --------
    >>> import math
    >>> loss, dscores = logistic_cross_entropy([[[math.log(4)]]], [[0]])
    >>> round(math.exp(-loss), 4), dscores.round(4).tolist()
    (0.2, [[[0.8]]])
    """
    scores = checks.floating("scores", scores, ("T", "B", "K"))
    if scores.shape[-1] != 1:
        raise ValueError(f"scores must have shape (T, B, 1); got {scores.shape}")
    labels = checks.classes("labels", labels, scores.shape[:2], 2)[..., None]
    weight = _weights(mask, scores)
    # log(1 + e^s) − s would lose every digit of a small loss; log(1 + e^(−s)) is the same.
    loss = (weight * np.logaddexp(0, np.where(labels == 1, -scores, scores))).sum()
    return float(loss), weight * (sigmoid(scores) - labels.astype(scores.dtype))


def _weights(mask: Any, scores: np.ndarray) -> np.ndarray:
    shape = scores.shape[:2]
    weight = checks.array("mask", np.ones(shape) if mask is None else mask, shape, scores.dtype)
    if weight.min() < 0 or weight.sum() == 0:
        raise ValueError(
            "mask must be 0 or more, with at least one step that counts; "
            f"got a least value of {weight.min():g} and a sum of {weight.sum():g}"
        )
    return (weight / weight.sum())[..., None]  # (T, B, 1)
