"""Attention: a weighted mean of many states, with weights that depend on what is asked.

A decoder's state is the query, an encoder's states are the memory. The score of a state is its dot
product with the query. The softmax turns scores into weights, and the weights mix the states into
one vector, the context.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from . import checks


def attend(
    queries: Any, memory: Any, mask: Any = None, *, scale: float = 1.0
) -> tuple[np.ndarray, np.ndarray]:
    r"""Return the attention weights of each query over the memory, and the contexts.

    With h the queries, h̄ the memory and κ the scale; s runs over the steps that the mask counts,

    .. math::

        a_{ts} = \kappa \, h_t^\top \bar h_s, \qquad
        \alpha_{ts} = \frac{e^{a_{ts}}}{\sum_r e^{a_{tr}}}, \qquad
        u_t = \sum_s \alpha_{ts} \bar h_s

    A scale of 1 is Luong's "dot", 1/√H is that of Vaswani et al. Luong's "general" score, with a
    matrix W between the two, is `attend(queries @ W, memory)`.

    Source: Luong, Pham and Manning (2015), "Effective approaches to attention-based neural machine
    translation", EMNLP, pp. 1412–1421, doi:10.18653/v1/D15-1166: global attention.

    Parameters
    ----------
    queries : array, shape (T, B, H)
    memory : array, shape (S, B, H)
        S steps for each of the same B sequences.
    mask : array, shape (S, B), optional
        1 where a step of the memory counts, 0 where it does not; at least one 1 for each sequence.
    scale : float
        Above 0.

    Returns
    -------
    weights : ndarray, shape (T, B, S)
        From 0 to 1, exactly 0 where the mask is 0; their sum over S is 1.
    context : ndarray, shape (T, B, H)
        Both are float32 if the queries are, else float64.

    Raises
    ------
    TypeError, ValueError
        If a shape is wrong, a number is not finite, the scale is not above 0, or the mask has
        another number than 0 and 1 or nothing that counts.

    Examples
    --------
    The query is nearer to the second of three states; the third does not count:

    >>> import numpy as np
    >>> memory = np.array([[[1.0, 0.0]], [[0.0, 1.0]], [[5.0, 5.0]]])
    >>> weights, context = attend([[[0.0, np.log(3)]]], memory, [[1], [1], [0]])
    >>> weights.round(4).tolist(), context.round(4).tolist()
    ([[[0.25, 0.75, 0.0]]], [[[0.25, 0.75]]])
    """
    h, m = _check(queries, memory)
    scores = checks.positive("scale", scale) * _dots(h, m)  # (T, B, S)
    if mask is not None:
        scores = np.where(_counted(mask, m.shape[:2]).T, scores, -np.inf)
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    weights /= weights.sum(axis=-1, keepdims=True)
    return weights, _mix(weights, m)


def attend_backward(
    queries: Any, memory: Any, weights: Any, dcontext: Any, *, scale: float = 1.0
) -> tuple[np.ndarray, np.ndarray]:
    r"""Return ∂L/∂queries and ∂L/∂memory from ∂L/∂context.

    With δ for ∂L/∂, and the letters of `attend`,

    .. math::

        \delta\alpha_{ts} &= \delta u_t^\top \bar h_s, \qquad
        \delta a_{ts} = \alpha_{ts} \Bigl( \delta\alpha_{ts}
            - \sum_r \alpha_{tr} \, \delta\alpha_{tr} \Bigr) \\
        \delta h_t &= \kappa \sum_s \delta a_{ts} \, \bar h_s, \qquad
        \delta \bar h_s = \sum_t \bigl(
            \alpha_{ts} \, \delta u_t + \kappa \, \delta a_{ts} \, h_t \bigr)

    The mask is not asked for again: where a weight is 0, its score has no gradient.

    Parameters
    ----------
    queries, memory : array, shapes (T, B, H) and (S, B, H)
        What `attend` was given.
    weights : array, shape (T, B, S)
        What `attend` returned.
    dcontext : array, shape (T, B, H)
        ∂L/∂ of the contexts.
    scale : float
        The one that `attend` was given.

    Returns
    -------
    dqueries : ndarray, shape (T, B, H)
    dmemory : ndarray, shape (S, B, H)
        The state itself gets α δu; as a key, which was compared with the query, κ δa h.

    Raises
    ------
    TypeError, ValueError
        If a shape is wrong, a number is not finite, or the scale is not above 0.

    Examples
    --------
    Both states have half the weight. The loss is the first number of the context, and would grow
    if the query turned to the state that has more of it:

    >>> import numpy as np
    >>> queries, memory = np.zeros((1, 1, 2)), np.array([[[1.0, 0.0]], [[0.0, 1.0]]])
    >>> weights, _ = attend(queries, memory)
    >>> dqueries, dmemory = attend_backward(queries, memory, weights, [[[1.0, 0.0]]])
    >>> dqueries.tolist(), dmemory.tolist()
    ([[[0.25, -0.25]]], [[[0.5, 0.0]], [[0.5, 0.0]]])
    """
    h, m = _check(queries, memory)
    alpha = checks.array("weights", weights, (*h.shape[:2], len(m)), h.dtype)
    du = checks.array("dcontext", dcontext, h.shape, h.dtype)
    scale = checks.positive("scale", scale)
    dalpha = _dots(du, m)  # (T, B, S)
    da = scale * alpha * (dalpha - (alpha * dalpha).sum(axis=-1, keepdims=True))
    return _mix(da, m), _gather(alpha, du) + _gather(da, h)


def _dots(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Return the dot products of (T, B, H) with (S, B, H), shape (T, B, S)."""
    return (left.swapaxes(0, 1) @ right.transpose(1, 2, 0)).swapaxes(0, 1)


def _mix(weights: np.ndarray, memory: np.ndarray) -> np.ndarray:
    """Return the sum over s of weights (T, B, S) times memory (S, B, H), shape (T, B, H)."""
    return (weights.swapaxes(0, 1) @ memory.swapaxes(0, 1)).swapaxes(0, 1)


def _gather(weights: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Return the sum over t of weights (T, B, S) times rows (T, B, H), shape (S, B, H)."""
    return (weights.transpose(1, 2, 0) @ rows.swapaxes(0, 1)).swapaxes(0, 1)


def _check(queries: Any, memory: Any) -> tuple[np.ndarray, np.ndarray]:
    h = checks.floating("queries", queries, ("T", "B", "H"))
    return h, checks.array("memory", memory, ("S", *h.shape[1:]), h.dtype)


def _counted(mask: Any, shape: tuple[int, ...]) -> np.ndarray:
    """Return the mask as bool (S, B), if every sequence has a step that counts."""
    counted = checks.classes("mask", mask, shape, 2) == 1
    if not counted.any(axis=0).all():
        empty = int(np.argmin(counted.any(axis=0)))
        raise ValueError(
            f"mask must have a step that counts in each sequence; got only 0 in sequence {empty}"
        )
    return counted
