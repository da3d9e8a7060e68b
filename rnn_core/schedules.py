"""Learning rates that follow a plan: each function returns a function of the step, from 0.

A constant rate is a float. Any function of the step will do; these are the usual ones.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from . import checks

Schedule = Callable[[int], float]


def exponential_decay(start: float, factor: float, every: int = 1) -> Schedule:
    """Multiply the rate by `factor` over every `every` steps, smoothly.

    Examples
    --------
    >>> rate = exponential_decay(0.1, 0.5, every=100)
    >>> rate(0), round(rate(50), 4), rate(100)
    (0.1, 0.0707, 0.05)
    """
    start, factor, every = _checked(start, factor, every)
    return lambda step: start * factor ** (step / every)


def step_decay(start: float, factor: float, every: int) -> Schedule:
    """Multiply the rate by `factor` once every `every` steps, and hold it in between.

    Examples
    --------
    >>> rate = step_decay(0.1, 0.5, every=100)
    >>> rate(0), rate(99), rate(100), rate(200)
    (0.1, 0.1, 0.05, 0.025)
    """
    start, factor, every = _checked(start, factor, every)
    return lambda step: start * factor ** (step // every)


def warmup_cosine(peak: float, steps: int, warmup: int = 0, end: float = 0.0) -> Schedule:
    """Rise in a line to `peak` over `warmup` steps, then fall along half a cosine to `end`.

    Parameters
    ----------
    peak : float
        The highest rate, above 0.
    steps : int
        How many steps the whole plan has; the rate stays at `end` after them.
    warmup : int
        How many of them rise; step 0 already has `peak` / `warmup`.
    end : float
        The last rate, from 0 to `peak`.

    Returns
    -------
    callable
        From a step to its rate.

    Raises
    ------
    TypeError, ValueError
        If an argument is not what is described above, or `warmup` is not below `steps`.

    Notes
    -----
    Source of the cosine: Loshchilov and Hutter (2017), without their restarts.

    Examples
    --------
    >>> rate = warmup_cosine(0.01, steps=110, warmup=10)
    >>> [round(rate(step), 6) for step in (0, 9, 10, 60, 110)]
    [0.001, 0.01, 0.01, 0.005, 0.0]
    """
    peak, steps = checks.positive("peak", peak), checks.size("steps", steps)
    warmup = checks.index("warmup", warmup, steps)
    if not 0 <= checks.real("end", end) <= peak:
        raise ValueError(f"end must be from 0 to peak, {peak}; got {end}")

    def rate(step: int) -> float:
        if step < warmup:
            return peak * (step + 1) / warmup
        done = min(1.0, (step - warmup) / (steps - warmup))
        return end + (peak - end) * 0.5 * (1 + math.cos(math.pi * done))

    return rate


def _checked(start: object, factor: object, every: object) -> tuple[float, float, int]:
    start, factor = checks.positive("start", start), checks.positive("factor", factor)
    return start, factor, checks.size("every", every)
