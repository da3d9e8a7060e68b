"""One training loop: forward, loss, backward, clip, step."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from . import checks, optim
from .network import Model
from .padding import mask_of
from .progress import bar
from .resume import SavedRun
from .trace import leaves, map_state

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
    optimizer: optim.Optimizer,
    *,
    max_norm: float | None = 1.0,
    carry_state: bool = False,
    reset_every: int | None = None,
    checkpoint: int | bool = False,
    callback: Callable[[int, Model, History], object] | None = None,
    progress: bool = True,
    save_path: str | Path | None = None,
    save_every: int = 100,
) -> History:
    """Take one step of gradient descent for each batch. `model` is changed in place.

    Parameters
    ----------
    model : Model
    batches : iterable of (xs, targets), (xs, targets, mask) or (xs, targets, mask, lengths)
        Training ends where it ends. `mask` and `lengths` may be None; with lengths and no mask,
        the steps within the lengths count.
    loss : callable
        One of `heads`: takes scores, targets and, if there is one, the mask, and returns the loss
        and its gradient.
    optimizer : Optimizer
    max_norm : float, optional
        Gradients with a larger global norm are scaled down to it; None leaves them as they are.
    carry_state : bool
        Start each batch in the state where the last one ended (truncated backpropagation through
        time: the state is carried on, the gradient is not).
    reset_every : int, optional
        With `carry_state`: start from zeros again after so many batches. Never, if not given.
    checkpoint : int or bool
        Passed on to `forward`: save memory by computing parts of the pass again.
    callback : callable, optional
        Called after each step with its number (from 1), the model and the history; training
        stops when it returns True.
    progress : bool
        Show a bar, if tqdm is installed and this is not a run of a `sweep`, which has its own.
        `TQDM_DISABLE=1` in the environment hides it too.
    save_path : str or Path, optional
        Where the run is saved. If the file is there already, the run goes on from it.
    save_every : int
        With `save_path`: the run is saved after so many steps, and at its end.

    Returns
    -------
    History

    Raises
    ------
    FloatingPointError
        If a number in a batch, a parameter, a state, a score, the loss or a gradient is NaN or
        infinite; the message names the step and the array, and the parameters are as they were
        before that step. If the last step itself made a parameter so, it was taken.
    TypeError, ValueError
        If an argument or a batch is not what is described above, or `save_path` holds another run.

    Notes
    -----
    A program that was killed is run again, unchanged: same seeds, same `save_path`. `train` finds
    the file, draws the batches it had trained on once more, without training on them, and goes on.
    On the same machine, the weights are then those of a run that was never killed, bit for bit.
    For that the batches must come from a generator that nothing else draws from meanwhile; if
    they differ from those before, an error says which. The callback may see the steps since the
    last save twice, and what it keeps is not saved.

    Examples
    --------
    >>> from rnn_core import RNN, heads
    >>> rng = np.random.default_rng(0)
    >>> model = Model(RNN(1, 8, rng=rng), heads.Readout(8, 1, rng=rng))
    >>> xs = [rng.uniform(-1, 1, (6, 16, 1)) for _ in range(200)]
    >>> batches = [(x, x.cumsum(axis=0)) for x in xs]
    >>> history = train(model, batches, heads.mean_squared_error, optim.Adam(0.02), progress=False)
    >>> history.losses[0] > 1, history.losses[-1] < 0.01
    (True, True)
    """
    _check(model, batches, loss, optimizer, max_norm)
    span = _span(model, carry_state, reset_every)
    every = checks.size("save_every", save_every)
    history, state, stopped, saved = History(), None, False, None
    stream = enumerate(bar(batches, progress, unit="step"), start=1)
    if save_path is not None:
        chosen = {"max_norm": max_norm, "carry_state": carry_state, "reset_every": reset_every}
        saved = SavedRun(save_path, model, optimizer, loss, chosen)
        state, stopped = saved.restore((batch for _, batch in stream), history)
    # NumPy's warnings would come before the message that names the step and the array.
    with _one_blas_thread(), np.errstate(over="ignore", invalid="ignore"):
        while not stopped and (drawn := next(stream, None)):
            number, batch = drawn
            if saved:
                saved.see(batch)
            with _named_step(number):
                parts = _parts(number, batch)
                value, grads, end = _gradients(model, parts, state, loss, checkpoint)
                norm = _clip(grads, max_norm)
            optimizer.step(model.params, grads)
            # A copy lets go of the trace that the last state is a part of.
            state = map_state(_own, end) if number % span else None
            history.losses.append(value)
            history.norms.append(norm)
            stopped = callback is not None and callback(number, model, history) is True
            if saved and number % every == 0:
                saved.save(history, state, stopped)
    if saved:
        saved.save(history, state, stopped)
    _check_last(model, history)
    return history


def _check_last(model: Model, history: History) -> None:
    """See what the last step made of the parameters: after the others, the next one does."""
    for name, value in model.params.items() if history.losses else ():
        try:
            checks.finite(name, value)
        except checks.NotFiniteError as error:
            raise FloatingPointError(f"step {len(history.losses)}: after it, {error}") from error


def _own(array: np.ndarray) -> np.ndarray:
    """Return a copy in rows, however the trace lay in memory: BLAS rounds by the layout."""
    return array.copy(order="C")


def _gradients(
    model: Model, parts: Any, state: Any, loss: Loss, checkpoint: int | bool
) -> tuple[float, optim.Params, Any]:
    """Return the loss of a batch, its gradients by name, and the state after it."""
    xs, targets, mask, lengths = parts
    for name, value in model.params.items():
        checks.finite(name, value)
    trace = model.cell.forward(xs, state, lengths=lengths, checkpoint=checkpoint)
    for name, value in trace.arrays.items():
        checks.finite(name, value)
    scores = model.readout.forward(trace.h)
    checks.finite("scores", scores)
    if mask is None and lengths is not None:
        mask = mask_of(trace.lengths, len(trace))
    value, dscores = loss(scores, targets) if mask is None else loss(scores, targets, mask)
    checks.finite("loss", np.asarray(value))
    return float(value), model.backward(trace, dscores).params, trace.end


def _parts(number: int, batch: Any) -> tuple[Any, ...]:
    """Return xs, targets, mask and lengths; None where one is not given."""
    if not isinstance(batch, tuple | list) or not 2 <= len(batch) <= 4:
        raise TypeError(
            "batches must give (xs, targets), (xs, targets, mask) or "
            f"(xs, targets, mask, lengths); got {batch!r:.60} at step {number}"
        )
    parts = dict(zip(("xs", "targets", "mask", "lengths"), (*batch, None, None), strict=False))
    for name, part in parts.items():
        # Targets may be label sequences of many lengths, which only the loss can read.
        if name == "targets" and getattr(part, "dtype", None) not in (np.float64, np.float32):
            continue
        if part is not None:
            checks.finite(name, checks.numeric(name, part))
    return tuple(parts.values())


def _clip(grads: optim.Params, max_norm: float | None) -> float:
    """Return the norm of the gradients, and bring them down to `max_norm`, if there is one."""
    if max_norm is None:
        return optim.global_norm(grads)
    return optim.clip_by_global_norm(grads, max_norm)


@contextlib.contextmanager
def _named_step(number: int) -> Iterator[None]:
    """Say at which step a number was not finite."""
    try:
        yield
    except checks.NotFiniteError as error:
        raise FloatingPointError(f"step {number}: {error}; the step was not taken") from error


def _check(
    model: object, batches: object, loss: object, optimizer: object, max_norm: object
) -> None:
    checks.instance("model", model, Model)
    checks.instance("batches", batches, Iterable)
    if not callable(loss):
        raise TypeError(f"loss must be a function of scores and targets; got {loss!r:.60}")
    checks.instance("optimizer", optimizer, optim.Optimizer)
    if max_norm is not None:
        checks.positive("max_norm", max_norm)


def _span(model: Model, carry_state: bool, reset_every: int | None) -> float:
    """Return after how many batches the state starts from zeros again."""
    if not checks.instance("carry_state", carry_state, bool):
        if reset_every is not None:
            raise ValueError(
                f"reset_every must be None without carry_state=True; got {reset_every!r}"
            )
        return 1
    if any(".backward." in name for name in leaves(model.cell.zero_state(1))):
        raise ValueError(
            f"carry_state must be False for a model that reads backwards too; got {model!r}"
        )
    return float("inf") if reset_every is None else checks.size("reset_every", reset_every)


def _one_blas_thread() -> contextlib.AbstractContextManager[Any]:
    """Keep BLAS to one thread: at these sizes more of them only wait for each other."""
    try:
        from threadpoolctl import threadpool_limits
    except ImportError:
        return contextlib.nullcontext()
    return threadpool_limits(1)
