"""From paths to labels: what the scores of a network trained with CTC say.

A path names one class at each step, and one of the classes is the blank, "no label here".
`collapse` turns a path into labels; many paths turn into the same ones. Decoding looks for the
labels whose paths together are the most probable, and `edit_distance` says how wrong they are.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from . import checks
from .heads import log_softmax


def collapse(path: Any, blank: Any = 0) -> list:
    """Return the labels of a path: merge what repeats, then drop the blanks.

    Source: The map B of Graves, Fernández, Gomez and Schmidhuber (2006).

    Parameters
    ----------
    path : sequence of T classes, as numbers or letters
    blank : the class that is no label

    Returns
    -------
    list
        At most T labels.

    Raises
    ------
    TypeError, ValueError
        If `path` is not one sequence of labels.

    Examples
    --------
    >>> collapse([0, 3, 3, 0, 3, 5, 5])
    [3, 3, 5]
    >>> "".join(collapse("hheel-llo", blank="-"))
    'hello'
    """
    path = checks.labels("path", path)
    starts = [k for t, k in enumerate(path) if t == 0 or k != path[t - 1]]
    return [k for k in starts if k != blank]


def extend(labels: Any, blank: Any = 0) -> list:
    """Return `labels` with a blank before, between and after: the 2L + 1 states of a path.

    A path stays in its state, goes to the next, or leaves out a blank between two different labels.

    Parameters
    ----------
    labels : sequence of L classes, as numbers or letters
    blank : the class that is no label

    Returns
    -------
    list
        2L + 1 classes.

    Raises
    ------
    TypeError, ValueError
        If `labels` is not one sequence of labels, or the blank is among them.

    Examples
    --------
    >>> extend([3, 5])
    [0, 3, 0, 5, 0]
    """
    labels = checks.labels("labels", labels)
    if blank in labels:
        raise ValueError(f"labels must not hold the blank, {blank!r}; got {labels!r:.60}")
    return [blank, *(k for label in labels for k in (label, blank))]


def paths(labels: Any, steps: int, *, blank: Any = 0) -> list[list]:
    """Return every path of `steps` classes that collapses to `labels`.

    For looking at small cases: the number of paths grows fast with the number of steps.

    Parameters
    ----------
    labels : sequence of L classes, as numbers or letters
    steps : int
        T, from 1 up.
    blank : the class that is no label

    Returns
    -------
    list of list
        Each of T classes; none if `labels` need more steps.

    Raises
    ------
    TypeError, ValueError
        If `labels` is not a sequence, the blank is among them, or `steps` is below 1.

    Examples
    --------
    >>> ["".join(path) for path in paths("ab", 3, blank="-")]
    ['-ab', 'aab', 'a-b', 'abb', 'ab-']
    >>> ["".join(path) for path in paths("aa", 3, blank="-")]
    ['a-a']
    """
    states = extend(labels, blank)

    def reach(s: int) -> list[int]:
        skip = s + 2 < len(states) and states[s + 2] != states[s]
        return [s, s + 1, s + 2] if skip else [s, s + 1][: len(states) - s]

    walks = [[s] for s in range(len(states))[:2]]
    for _ in range(checks.size("steps", steps) - 1):
        walks = [[*walk, s] for walk in walks for s in reach(walk[-1])]
    return [[states[s] for s in walk] for walk in walks if walk[-1] >= len(states) - 2]


def greedy_decode(scores: Any, mask: Any = None, *, blank: int = 0) -> list[list[int]]:
    r"""Return the labels of the most probable path of each sequence.

    .. math:: \hat l = \mathcal{B}\bigl(\arg\max_k y_t^k, \; t = 0 \dots T - 1\bigr)

    These need not be the most probable labels: other labels may have more paths.

    Source: Best path decoding, Graves, Fernández, Gomez and Schmidhuber (2006).

    Parameters
    ----------
    scores : array, shape (T, B, K)
        Unnormalised, as from a `Readout`.
    mask : array, shape (T, B), optional
        1 for the steps that count, which come first in each sequence, and 0 after.
    blank : int

    Returns
    -------
    list of B lists of int

    Raises
    ------
    TypeError, ValueError
        If a shape is wrong, a number is not finite, the mask is not 1 and then 0, or `blank` is no
        class.

    Examples
    --------
    >>> import numpy as np
    >>> greedy_decode(np.eye(3)[[[1], [1], [0], [2]]])
    [[1, 2]]
    """
    scores, lengths = _check(scores, mask, blank)
    best = scores.argmax(axis=-1)
    return [collapse(best[:length, b], blank) for b, length in enumerate(lengths)]


def prefix_beam_decode(
    scores: Any, mask: Any = None, *, beam_width: int = 10, blank: int = 0
) -> list[tuple[list[int], float]]:
    r"""Return probable labels of each sequence, found by a beam search over prefixes.

    The paths that have made the prefix l by step t end in a blank, with probability b_t(l), or in
    the last label of l, with probability n_t(l). With y the softmax of the scores, k the last
    label of l, and l' the prefix l without it,

    .. math::

        b_t(l) &= y_t^{blank} \, [b_{t-1}(l) + n_{t-1}(l)] \\
        n_t(l) &= y_t^k \, [n_{t-1}(l) + b_{t-1}(l') + n_{t-1}(l')],

    where the last term is left out if l' ends in k too: a label repeats only across a blank.
    After each step the `beam_width` prefixes of largest b + n are kept.

    Source: Hannun, Maas, Jurafsky and Ng (2014), arXiv:1408.2873, without a language model.

    Parameters
    ----------
    scores : array, shape (T, B, K)
        Unnormalised, as from a `Readout`.
    mask : array, shape (T, B), optional
        1 for the steps that count, which come first in each sequence, and 0 after.
    beam_width : int
        From 1 up.
    blank : int

    Returns
    -------
    list of B tuples (labels, log_probability)
        Labels as a list of int. The log-probability, in nats, counts the paths the beam followed:
        `rnn_core.ctc.log_probability` of the labels is equal if the beam dropped no prefix of
        theirs, else larger.

    Raises
    ------
    TypeError, ValueError
        If a shape is wrong, a number is not finite, the mask is not 1 and then 0, `beam_width` is
        below 1, or `blank` is no class.

    Examples
    --------
    The blank is the best class at both steps, yet of the four paths three say "1":

    >>> import numpy as np
    >>> scores = np.log([[[0.6, 0.4]], [[0.6, 0.4]]])
    >>> greedy_decode(scores)
    [[]]
    >>> [(labels, log_probability)] = prefix_beam_decode(scores)
    >>> labels, round(float(np.exp(log_probability)), 4)
    ([1], 0.64)
    """
    scores, lengths = _check(scores, mask, blank)
    width = checks.size("beam_width", beam_width)
    log_probs = log_softmax(scores.astype(np.float64))
    return [_beam(log_probs[:n, b], width, blank) for b, n in enumerate(lengths)]


def edit_distance(a: Any, b: Any) -> int:
    r"""Return how many labels to insert, delete or replace to make `a` into `b`, at the least.

    .. math::

        d_{ij} = \min(d_{i-1,j} + 1, \; d_{i,j-1} + 1, \; d_{i-1,j-1} + [a_i \ne b_j]),
        \quad d_{i0} = i, \; d_{0j} = j

    Parameters
    ----------
    a, b : sequence of labels, as numbers or letters

    Returns
    -------
    int

    Raises
    ------
    TypeError, ValueError
        If `a` or `b` is not one sequence of labels.

    Examples
    --------
    >>> edit_distance("kitten", "sitting")
    3
    """
    a, b = checks.labels("a", a), checks.labels("b", b)
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, start=1):
        above, row = row, [i]
        for j, y in enumerate(b, start=1):
            row.append(min(above[j] + 1, row[-1] + 1, above[j - 1] + (x != y)))
    return row[-1]


def label_error_rate(decoded: Any, targets: Any) -> float:
    r"""Return the edits from what was decoded to the targets, for each label of the targets.

    .. math:: \frac{\sum_b d(\text{decoded}_b, \text{target}_b)}{\sum_b L_b}

    Parameters
    ----------
    decoded, targets : sequence of B label sequences

    Returns
    -------
    float
        0 if all is right; above 1 if there are more edits than labels.

    Raises
    ------
    TypeError, ValueError
        If the two are not as many sequences each, or the targets hold no label.

    Examples
    --------
    >>> label_error_rate([[1, 2], [3]], [[1, 2, 2], [3]])
    0.25
    """
    found, true = (
        [checks.labels(f"{name}[{b}]", row) for b, row in enumerate(checks.sequence(name, rows))]
        for name, rows in (("decoded", decoded), ("targets", targets))
    )
    if len(found) != len(true):
        raise ValueError(f"decoded must have {len(true)} sequences; got {len(found)}")
    if not any(true):
        raise ValueError("targets must hold at least one label; got none")
    edits = sum(edit_distance(a, b) for a, b in zip(found, true, strict=True))
    return edits / sum(len(row) for row in true)


def _check(scores: Any, mask: Any, blank: Any) -> tuple[np.ndarray, np.ndarray]:
    scores = checks.floating("scores", scores, ("T", "B", "K"))
    checks.index("blank", blank, scores.shape[-1])
    return scores, checks.prefix_lengths("mask", mask, scores.shape[:2])


def _beam(log_probs: np.ndarray, width: int, blank: int) -> tuple[list[int], float]:
    prefixes, b, n = [()], np.zeros(1), np.full(1, -np.inf)
    for y in log_probs:
        last = np.array([prefix[-1] if prefix else blank for prefix in prefixes])
        both = np.logaddexp(b, n)
        # Row: a prefix. Column: the prefix with a label more, or, at the blank, the prefix itself.
        next_n = both[:, None] + y
        next_n[np.arange(len(prefixes)), last] = b + y[last]
        next_n[:, blank] = n + y[last]
        next_b = np.full_like(next_n, -np.inf)
        next_b[:, blank] = both + y[blank]
        _merge(prefixes, next_n, blank)
        p = np.logaddexp(next_b, next_n).ravel()
        best = np.argsort(-p, kind="stable")[:width]
        best = best[p[best] > -np.inf]
        b, n = next_b.ravel()[best], next_n.ravel()[best]
        places = (divmod(int(place), len(y)) for place in best)
        prefixes = [prefixes[i] if k == blank else (*prefixes[i], k) for i, k in places]
    return list(prefixes[0]), float(np.logaddexp(b[0], n[0]))


def _merge(prefixes: list[tuple[int, ...]], next_n: np.ndarray, blank: int) -> None:
    """Add what grows into a prefix that is in the beam already to that prefix."""
    rows = {prefix: i for i, prefix in enumerate(prefixes)}
    for prefix, i in rows.items():
        if prefix and prefix[:-1] in rows:
            at = rows[prefix[:-1]], prefix[-1]
            next_n[i, blank] = np.logaddexp(next_n[i, blank], next_n[at])
            next_n[at] = -np.inf
