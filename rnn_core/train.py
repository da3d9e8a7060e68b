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
    reset_every: int | None = None,
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
    reset_every : int, optional
        With `carry_state`: start from zeros again after so many batches. Never, if not given.
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
        If a number in a batch, a parameter, a state, a score, the loss or a gradient is NaN or
        infinite; the message names the step and the array, and the parameters are as they were
        before that step.
    TypeError, ValueError
        If an argument or a batch is not what is described above.
    """
    _check(model, batches, loss, optimizer, max_norm)
    span = float("inf") if reset_every is None else checks.size("reset_every", reset_every)
    history, state = History(), None
    # NumPy's warnings would come before the message that names the step and the array.
    with _one_blas_thread(), np.errstate(over="ignore", invalid="ignore"):
        for number, batch in enumerate(_bar(batches, progress), start=1):
            _stop_if_not_finite(number, _named(number, batch) | model.params)
            trace = model.cell.forward(batch[0], state)
            _stop_if_not_finite(number, trace.arrays)
            scores = model.readout.forward(trace.h)
            _stop_if_not_finite(number, {"scores": scores})
            value, dscores = loss(scores, *batch[1:])
            _stop_if_not_finite(number, {"loss": np.asarray(value)})
            grads = model.backward(trace, dscores).params
            _stop_if_not_finite(number, {f"gradient of {k}": grad for k, grad in grads.items()})
            norm = optim.clip_by_global_norm(grads, max_norm)
            optimizer.step(model.params, grads)
            state = trace.end if carry_state and number % span else None
            history.losses.append(value)
            history.norms.append(norm)
            if callback is not None and callback(number, model, history) is True:
                break
    return history


def _check(model: object, batches: object, loss: object, optimizer: object, norm: object) -> None:
    checks.instance("model", model, Model)
    checks.instance("batches", batches, Iterable)
    if not callable(loss):
        raise TypeError(f"loss must be a function of scores and targets; got {loss!r:.60}")
    checks.instance("optimizer", optimizer, optim.Adam)
    checks.positive("max_norm", norm)


def _named(number: int, batch: Any) -> dict[str, np.ndarray]:
    if not isinstance(batch, tuple | list) or len(batch) not in (2, 3):
        raise TypeError(
            f"batches must give (xs, targets) or (xs, targets, mask); "
            f"got {batch!r:.60} at step {number}"
        )
    parts = zip(("xs", "targets", "mask"), batch, strict=False)
    return {name: checks.numeric(name, part) for name, part in parts if part is not None}


def _stop_if_not_finite(number: int, arrays: dict[str, np.ndarray]) -> None:
    for name, value in arrays.items():
        if not np.isfinite(value).all():
            raise FloatingPointError(f"step {number}: {name} is not finite; the step was not taken")


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
