"""Connectionist temporal classification: a loss for labels that come without their times.

The network scores K classes at each step, and one of them is the blank, "no label here". Any path
of classes that collapses to the target is right. The loss is −log of the probability of all those
paths. There are too many to list, so two sweeps, one from each end, add them up.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from . import checks, padding
from .decoding import collapse as collapse
from .decoding import edit_distance as edit_distance
from .decoding import extend as extend
from .decoding import greedy_decode as greedy_decode
from .decoding import label_error_rate as label_error_rate
from .decoding import paths as paths
from .decoding import prefix_beam_decode as prefix_beam_decode
from .heads import log_softmax


def ctc(scores: Any, targets: Any, mask: Any = None, *, blank: int = 0) -> tuple[float, np.ndarray]:
    r"""Return the mean over the batch of −log p(target), in nats, and its gradient.

    With y the softmax of the scores and γ the `occupancy` of the states k' of each target,

    .. math::

        L = -\frac{1}{B} \sum_b \log p_b, \qquad
        \frac{\partial L}{\partial s_t^k}
            = \frac{1}{B} \Bigl( y_t^k - \sum_{s : k'_s = k} \gamma_t(s) \Bigr).

    Each sequence weighs the same, however long it or its target is. It is the "sum" of PyTorch's
    `ctc_loss` divided by B. PyTorch's "mean" divides each −log p by the length of its target first.

    Source: Graves, Fernández, Gomez and Schmidhuber (2006), "Connectionist temporal classification:
    labelling unsegmented sequence data with recurrent neural networks", ICML, pp. 369–376,
    doi:10.1145/1143844.1143891.

    Parameters
    ----------
    scores : array, shape (T, B, K)
        Unnormalised, as from a `Readout`: the softmax is taken here. float32 is computed in
        float64, since log p over many steps leaves float32 too few digits after the point.
    targets : sequence of B sequences of int
        Labels from 0 to K − 1, never the blank; a sequence may be empty.
    mask : array, shape (T, B), optional
        1 for the steps that count, which come first in each sequence, and 0 after.
    blank : int
        The class that is no label.

    Returns
    -------
    loss : float
    dscores : ndarray, shape (T, B, K)
        Of the dtype of `scores`; 0 where the mask is 0.

    Raises
    ------
    TypeError, ValueError
        If a shape is wrong, a number is not finite, a label is no class or the blank, the mask is
        not 1 and then 0, or a target needs more steps than its sequence has: one for each label,
        and one for the blank between two equal labels.

    Examples
    --------
    Of the four paths of two steps over the classes 0 (blank) and 1, three collapse to [1]:

    >>> import numpy as np
    >>> loss, dscores = ctc(np.zeros((2, 1, 2)), [[1]])
    >>> round(float(np.exp(-loss)), 4)
    0.75
    >>> dscores[0, 0].round(4).tolist()  # ½ − ⅓ for the blank, ½ − ⅔ for the label
    [0.1667, -0.1667]
    """
    scores, states, lengths, sizes = _check(scores, targets, mask, blank)
    log_probs = log_softmax(scores.astype(np.float64))
    gamma, log_p = _sweep(log_probs, states, lengths, sizes)
    dscores, columns = np.exp(log_probs), np.arange(len(states))
    dscores[padding.mask_of(lengths, len(scores)) == 0] = 0
    for s, classes in enumerate(states.T):
        dscores[:, columns, classes] -= gamma[:, :, s]
    loss = max(0.0, float(-log_p.mean()))  # rounding can put log p a hair above 0
    return loss, (dscores / len(states)).astype(scores.dtype)


def log_probability(scores: Any, targets: Any, mask: Any = None, *, blank: int = 0) -> np.ndarray:
    r"""Return log p(target) of each sequence, in nats: of all paths that collapse to the target.

    .. math:: \log p = \log \sum_{\pi : \mathcal{B}(\pi) = target} \; \prod_t y_t^{\pi_t}

    Parameters
    ----------
    scores : array, shape (T, B, K)
        Unnormalised, as for `ctc`.
    targets : sequence of B sequences of int
        Labels from 0 to K − 1, never the blank; a sequence may be empty.
    mask : array, shape (T, B), optional
        1 for the steps that count, which come first in each sequence, and 0 after.
    blank : int
        The class that is no label.

    Returns
    -------
    ndarray, shape (B,)

    Raises
    ------
    TypeError, ValueError
        As `ctc` does.

    Examples
    --------
    >>> import numpy as np
    >>> np.exp(log_probability(np.zeros((2, 2, 2)), [[1], []])).round(4).tolist()
    [0.75, 0.25]
    """
    scores, states, lengths, sizes = _check(scores, targets, mask, blank)
    log_probs = log_softmax(scores.astype(np.float64))
    return _sweep(log_probs, states, lengths, sizes)[1].astype(scores.dtype)


def occupancy(scores: Any, targets: Any, mask: Any = None, *, blank: int = 0) -> np.ndarray:
    r"""Return how probable it is that a path is in each state at each step, given the target.

    The states of a target are its labels with blanks around them, as `extend` gives them.

    .. math:: \gamma_t(s) = \frac{\alpha_t(s) \, \beta_t(s)}{\sum_r \alpha_t(r) \, \beta_t(r)}

    Here α counts the paths up to step t and β those after it. The sum below is p(target), the same
    number at every step.

    Parameters
    ----------
    scores : array, shape (T, B, K)
        Unnormalised, as for `ctc`.
    targets : sequence of B sequences of int
        Labels from 0 to K − 1, never the blank; a sequence may be empty.
    mask : array, shape (T, B), optional
        1 for the steps that count, which come first in each sequence, and 0 after.
    blank : int
        The class that is no label.

    Returns
    -------
    ndarray, shape (T, B, 2L + 1)
        From 0 to 1, L the length of the longest target. The sum over states is 1 at every step
        that counts; 0 at other steps and beyond the 2L + 1 states of a shorter target.

    Raises
    ------
    TypeError, ValueError
        As `ctc` does.

    Examples
    --------
    >>> import numpy as np
    >>> occupancy(np.zeros((2, 1, 2)), [[1]])[:, 0].round(4).tolist()  # 0 1, 1 0 and 1 1
    [[0.3333, 0.6667, 0.0], [0.0, 0.6667, 0.3333]]
    """
    scores, states, lengths, sizes = _check(scores, targets, mask, blank)
    log_probs = log_softmax(scores.astype(np.float64))
    return _sweep(log_probs, states, lengths, sizes)[0].astype(scores.dtype)


def _sweep(
    log_probs: np.ndarray, states: np.ndarray, lengths: np.ndarray, sizes: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return γ (T, B, S) and log p (B,)."""
    T, B, _ = log_probs.shape
    emit = np.take_along_axis(log_probs, states[None], axis=-1)  # (T, B, S)
    skip = np.zeros(states.shape, bool)
    skip[:, 2:] = states[:, 2:] != states[:, :-2]  # true of labels only: blanks are alike
    ends = np.full(states.shape, -np.inf)
    for before in (0, 1):  # a path ends in the last blank or the last label
        ends[np.arange(B), np.maximum(2 * sizes - before, 0)] = 0
    joint = _forward(emit, skip) + _backward(emit, skip, ends, lengths)
    log_p = np.logaddexp.reduce(joint, axis=-1)  # (T, B): the same at every step that counts
    log_p[padding.mask_of(lengths, T) == 0] = 0
    return np.exp(joint - log_p[..., None]), log_p[0]


def _forward(emit: np.ndarray, skip: np.ndarray) -> np.ndarray:
    """Return log α_t(s): of the ways to be in state s at step t, that step counted."""
    T, B, S = emit.shape
    alpha = np.full((T, B, S + 2), -np.inf)  # two states before the first, where no path is
    alpha[0, :, 2:4] = emit[0, :, :2]
    for now, was, e in zip(alpha[1:], alpha[:-1], emit[1:], strict=True):
        jump = np.where(skip, was[:, :-2], -np.inf)
        now[:, 2:] = e + np.logaddexp(np.logaddexp(was[:, 2:], was[:, 1:-1]), jump)
    return alpha[:, :, 2:]


def _backward(
    emit: np.ndarray, skip: np.ndarray, ends: np.ndarray, lengths: np.ndarray
) -> np.ndarray:
    """Return log β_t(s): of the ways from state s at step t to the end, that step not counted."""
    T, B, S = emit.shape
    beta = np.full((T, B, S), -np.inf)
    ahead = np.full((B, S + 2), -np.inf)  # two states after the last, where no path is
    skip = np.pad(skip[:, 2:], ((0, 0), (0, 2)))[:, :S]  # from s, as the forward sweep skips to s
    for t in range(T - 1, -1, -1):
        if t + 1 < T:
            ahead[:, :-2] = beta[t + 1] + emit[t + 1]
        jump = np.where(skip, ahead[:, 2:], -np.inf)
        beta[t] = np.logaddexp(np.logaddexp(ahead[:, :-2], ahead[:, 1:-1]), jump)
        beta[t, lengths == t + 1] = ends[lengths == t + 1]
    return beta


def _check(
    scores: Any, targets: Any, mask: Any, blank: Any
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return scores, the states (B, S) of all targets, and how many steps and labels each has."""
    scores = checks.floating("scores", scores, ("T", "B", "K"))
    T, B, K = scores.shape
    blank = checks.index("blank", blank, K)
    lengths = checks.prefix_lengths("mask", mask, (T, B))
    rows = checks.sequence("targets", targets)
    if len(rows) != B:
        raise ValueError(f"targets must have {B} sequences, one for each of B; got {len(rows)}")
    rows = [_labels(f"targets[{b}]", row, K, blank, lengths[b]) for b, row in enumerate(rows)]
    sizes = np.array([len(row) for row in rows])
    states = np.full((B, 2 * sizes.max() + 1), blank)
    for of, row in zip(states, rows, strict=True):
        of[1 : 2 * len(row) : 2] = row
    return scores, states, lengths, sizes


def _labels(name: str, value: Any, K: int, blank: int, length: int) -> np.ndarray:
    """Return one target as an array of int, if `length` steps are enough for it."""
    given = checks.numeric(name, value)
    if given.shape == (0,):
        return np.zeros(0, int)
    labels = checks.classes(name, given, ("L",), K)
    if (labels == blank).any():
        raise ValueError(f"{name} must not hold the blank, {blank}; got {labels.tolist()!r:.60}")
    repeats = int((labels[1:] == labels[:-1]).sum())
    if len(labels) + repeats > length:
        raise ValueError(
            f"{name} must fit in the {length} steps of its sequence; got {len(labels)} labels and "
            f"{repeats} blanks between equal ones, {len(labels) + repeats} steps in all"
        )
    return labels
