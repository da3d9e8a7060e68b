"""The examples by name, with the book's numbers or with others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from .. import checks
from .by_hand import Worked
from .numbers import START, TARGETS, WEIGHTS, XS
from .tables import TABLES


def example(
    name: str,
    *,
    weights: Mapping[str, float] | None = None,
    xs: Sequence[float] = XS,
    targets: Sequence[float] = TARGETS,
    start: Mapping[str, float] | None = None,
) -> Worked:
    """Return a worked example: one unit, one input, the loss ½(h_t − y_t)² at every step.

    Parameters
    ----------
    name : str
        "rnn", "lstm", "gru" (reset after the product, with PyTorch's second bias b_nh) or
        "gru before". With one unit, r·(W·h) and W·(r·h) are equal: only b_nh tells the two GRUs
        apart here. With more units the product does too.
    weights : dict of float, optional
        Those to change, by name.
    xs, targets : sequence of float
        The input x_t and the target y_t of each step.
    start : dict of float, optional
        "h_0" and, for the LSTM, "c_0". They are 0.5, so that no path is multiplied by 0.

    Returns
    -------
    Worked

    Raises
    ------
    TypeError, ValueError
        If a name is not known, a number not finite, or the lengths differ.

    Examples
    --------
    >>> rnn = example("rnn")
    >>> round(rnn.values["h_3"], 4), round(rnn.gradients["h_1"], 4)
    (0.1927, 0.3607)
    """
    table = TABLES[checks.choice("name", name, tuple(TABLES))]
    xs = checks.array("xs", xs, ("T",), np.float64).tolist()
    targets = checks.array("targets", targets, (len(xs),), np.float64).tolist()
    states = [key for key in START if any(f"{key[0]}0" in row.slopes for row in table)]
    given = _changed("weights", WEIGHTS[name], weights)
    given |= _changed("start", {key: START[key] for key in states}, start)
    given |= {f"x_{t}": x for t, x in enumerate(xs, 1)}
    given |= {f"y_{t}": y for t, y in enumerate(targets, 1)}
    return Worked(name, given, len(xs))


def _changed(
    name: str, usual: Mapping[str, float], changes: Mapping[str, float] | None
) -> dict[str, float]:
    given: Mapping[str, float] = {} if changes is None else changes
    for key in checks.instance(name, given, Mapping):
        checks.choice(f"a key of {name}", key, tuple(usual))
    return dict(usual) | {key: checks.real(key, value) for key, value in given.items()}
