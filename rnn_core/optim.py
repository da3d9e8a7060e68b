"""How a gradient becomes a step: clipping and Adam. Both change arrays in place."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from . import checks

Params = dict[str, np.ndarray]


def clip_by_global_norm(grads: Params, max_norm: float) -> float:
    """Scale all gradients together so that their joint norm is at most `max_norm`.

    Parameters
    ----------
    grads : dict of ndarray
        Changed in place.
    max_norm : float
        Above 0.

    Returns
    -------
    float
        The norm before clipping.

    Raises
    ------
    TypeError, ValueError
        If `max_norm` is not above 0, or a gradient is NaN or infinite.

    Notes
    -----
    Clipping bounds how far one step can go when gradients explode. It does nothing for gradients
    that vanish. Source: Pascanu, Mikolov and Bengio (2013).
    """
    max_norm = checks.positive("max_norm", max_norm)
    for name, grad in grads.items():
        checks.finite(f"grads[{name!r}]", checks.instance(f"grads[{name!r}]", grad, np.ndarray))
    # Divided by the largest entry first, so that no square overflows.
    largest = max((float(np.abs(g).max(initial=0)) for g in grads.values()), default=0.0) or 1.0
    norm = largest * math.sqrt(sum(float(((g / largest) ** 2).sum()) for g in grads.values()))
    if norm > max_norm:
        for grad in grads.values():
            grad *= max_norm / norm
    return norm


class Adam:
    """Adam: a step for each parameter, scaled by its own recent gradients.

    Parameters
    ----------
    learning_rate : float, or a function of the step (from 0) that returns one
    betas : pair of float
        How much of the running means of the gradient and of its square is kept at each step.
    epsilon : float

    Notes
    -----
    Source: Kingma and Ba (2015), algorithm 1.
    """

    def __init__(
        self,
        learning_rate: float | Callable[[int], float] = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        epsilon: float = 1e-8,
    ) -> None:
        if not callable(learning_rate):
            checks.positive("learning_rate", learning_rate)
        if not isinstance(betas, tuple) or len(betas) != 2:
            raise TypeError(f"betas must be a tuple of two numbers; got {betas!r:.60}")
        for name, beta in zip(("betas[0]", "betas[1]"), betas, strict=True):
            if not 0 <= checks.real(name, beta) < 1:
                raise ValueError(f"{name} must be from 0 to below 1; got {beta}")
        self.learning_rate, self.betas = learning_rate, betas
        self.epsilon = checks.positive("epsilon", epsilon)
        self.steps = 0
        self.means: Params = {}
        self.squares: Params = {}

    def step(self, params: Params, grads: Params) -> None:
        """Change `params` in place by one step against `grads`, which have the same names.

        Raises
        ------
        TypeError, ValueError
            If names or shapes differ, now or from the last step, or a gradient is not finite;
            nothing is changed then.
        """
        self._check(params, grads)
        rate = self.learning_rate
        if callable(rate):
            rate = checks.real("learning_rate", rate(self.steps))
        self.steps += 1
        (keep, keep_sq), t = self.betas, self.steps
        for name, value in params.items():
            grad = grads[name]
            m = self.means.setdefault(name, np.zeros_like(value))
            v = self.squares.setdefault(name, np.zeros_like(value))
            m += (1 - keep) * (grad - m)
            v += (1 - keep_sq) * (grad**2 - v)
            value -= rate * (m / (1 - keep**t)) / (np.sqrt(v / (1 - keep_sq**t)) + self.epsilon)

    def _check(self, params: Params, grads: Params) -> None:
        if params.keys() != grads.keys():
            raise ValueError(f"grads must have the names {sorted(params)}; got {sorted(grads)}")
        for name, value in params.items():
            checks.array(f"grads[{name!r}]", grads[name], value.shape, value.dtype)
            seen = self.means.get(name, value).shape
            if seen != value.shape:
                raise ValueError(
                    f"params[{name!r}] must have shape {seen}, as at the first step; "
                    f"got {value.shape}"
                )
