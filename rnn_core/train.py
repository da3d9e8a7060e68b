"""One training loop: forward, loss, backward, clip, step."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from . import checks, optim
from .network import Model

Loss = Callable[..., tuple[float, np.ndarray]]


@dataclass(frozen=True)
class History:
    """What training saw at each step: the loss, and the gradient's norm before clipping."""

    losses: list[float] = field(default_factory=list)
    norms: list[float] = field(default_factory=list)


def train(
    model: Model,
    batches: Iterable[tuple[Any, ...]],
    loss: Loss,
    optimizer: optim.Adam,
    *,
    max_norm: float = 1.0,
    carry_state: bool = False,
    callback: Callable[[int, Model, History], object] | None = None,
    progress: bool = True,
) -> History:
    """Take one step of gradient descent for each batch. `model` is changed in place.

    Parameters
    ----------
    model : Model
    batches : iterable of (xs, targets) or (xs, targets, mask)
        Training ends where it ends.
    loss : callable
        One of `heads`: takes scores, targets and mask, returns the loss and its gradient.
    optimizer : optim.Adam
    max_norm : float
        Gradients with a larger global norm are scaled down to it.
    carry_state : bool
        Start each batch in the state where the last one ended (truncated backpropagation through
        time: the state is carried on, the gradient is not).
    callback : callable, optional
        Called after each step with its number (from 1), the model and the history; training
        stops when it returns True.
    progress : bool
        Show a bar, if tqdm is installed. `TQDM_DISABLE=1` in the environment hides it too.

    Returns
    -------
    History

    Raises
    ------
    FloatingPointError
        If a loss or a gradient is NaN or infinite; the message names the step and the array, and
        the parameters are as they were before that step.
    """
    checks.positive("max_norm", max_norm)
    history, state = History(), None
    with _one_blas_thread():
        for number, batch in enumerate(_bar(batches, progress), start=1):
            trace, scores = model.forward(batch[0], state)
            value, dscores = loss(scores, *batch[1:])
            _stop_if_not_finite(number, {"loss": np.asarray(value)})
            grads = model.backward(trace, dscores).params
            _stop_if_not_finite(number, grads)
            norm = optim.clip_by_global_norm(grads, max_norm)
            optimizer.step(model.params, grads)
            state = trace.end if carry_state else None
            history.losses.append(value)
            history.norms.append(norm)
            if callback is not None and callback(number, model, history) is True:
                break
    return history


def _stop_if_not_finite(number: int, arrays: dict[str, np.ndarray]) -> None:
    for name, value in arrays.items():
        if not np.isfinite(value).all():
            raise FloatingPointError(f"step {number}: {name} is not finite; nothing was changed")


def _bar(batches: Iterable[Any], progress: bool) -> Iterator[Any]:
    if progress:
        with contextlib.suppress(ImportError):
            from tqdm.auto import tqdm

            return iter(tqdm(batches, unit="step", leave=False))
    return iter(batches)


def _one_blas_thread() -> contextlib.AbstractContextManager[Any]:
    """Keep BLAS to one thread: at these sizes more of them only wait for each other."""
    try:
        from threadpoolctl import threadpool_limits
    except ImportError:
        return contextlib.nullcontext()
    return threadpool_limits(1)
