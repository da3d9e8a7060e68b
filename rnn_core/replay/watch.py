"""Train a model and look at it at some of its steps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from .. import checks, heads, optim
from ..cell import Cell
from ..diagnostics import gradient_norms
from ..network import Model
from ..train import train
from .recording import Recording

LETTERS = {"RNN": ("h",), "GRU": ("h", "r", "z"), "LSTM": ("tanh_c", "i", "f", "o")}
Batch = tuple[np.ndarray, np.ndarray, np.ndarray]


def record(
    model: Model,
    batches: Iterable[tuple[Any, ...]],
    optimizer: optim.Optimizer,
    *,
    held_out: Batch,
    at: Sequence[int],
    example: int,
    twin: np.ndarray,
    units: int = 3,
    letters: Sequence[str] | None = None,
    max_norm: float | None = 1.0,
) -> Recording:
    """Train a classifier of sequences by softmax cross-entropy, and keep what it is on the way.

    Parameters
    ----------
    model : Model
        Changed in place.
    batches : iterable of (xs, targets, mask)
        At least as many as the last of `at`.
    optimizer : Optimizer
    held_out : tuple (xs, targets, mask)
        The sequences to judge by, with one answer each: the mask is 1 at one step of each.
    at : sequence of int
        The steps to keep, rising, from 0 up; training ends at the last.
    example : int
        Which of the held-out sequences the states are kept of.
    twin : ndarray, shape (T, D)
        The same sequence with something changed: what difference does it make to the state?
    units : int
        How many units the states are kept of.
    letters : sequence of str, optional
        Which of the trace's letters are kept; if not given, h of any cell, with r and z of a GRU,
        and tanh c, i, f and o of an LSTM. The first is the state whose change is kept.
    max_norm : float, optional
        As for `train`.

    Returns
    -------
    Recording

    Raises
    ------
    TypeError, ValueError
        If an argument is not what is described above, or the batches end too soon.
    FloatingPointError
        As for `train`.

    Examples
    --------
    >>> from rnn_core import RNN, tasks
    >>> rng = np.random.default_rng(0)
    >>> model = Model(RNN(8, 6, rng=rng), heads.Readout(6, 4, rng=rng))
    >>> draw = lambda: tasks.temporal_order(10, 32, rng=rng)
    >>> held_out, batches, adam = draw(), [draw() for _ in range(20)], optim.Adam(0.01)
    >>> twin = held_out[0][:, 0].copy()
    >>> twin[1, 4:6] = twin[1, 5:3:-1]  # X becomes Y, Y becomes X
    >>> record(model, batches, adam, held_out=held_out, at=[0, 10, 20], example=0, twin=twin)
    <Recording RNN N=3 T=10: h>
    """
    checks.instance("model", model, Model)
    steps = _rising(at)
    watch = _Watch(model, held_out, example, twin, units, letters)

    def look(number: int, model: Model, history: object) -> bool:
        if number in steps:
            watch.look(number)
        return number == steps[-1]

    if steps[0] == 0:
        watch.look(0)
    if steps[-1] > 0:
        loss = heads.softmax_cross_entropy
        train(model, batches, loss, optimizer, max_norm=max_norm, callback=look, progress=False)
    if watch.steps != steps:
        raise ValueError(f"batches must be at least {steps[-1]}, the last of at; they ended sooner")
    return watch.recording()


class _Watch:
    """Looks at a model and keeps what it sees."""

    def __init__(
        self,
        model: Model,
        held_out: Batch,
        example: int,
        twin: np.ndarray,
        units: int,
        letters: Sequence[str] | None,
    ) -> None:
        self.model, self.held_out = model, held_out
        self.cell = checks.instance("model.cell", model.cell, Cell)
        if not isinstance(held_out, tuple | list) or len(held_out) != 3:
            raise TypeError(f"held_out must be (xs, targets, mask); got {held_out!r:.60}")
        targets, mask = (checks.numeric("held_out", part) for part in held_out[1:])
        if mask.ndim != 2 or (mask.sum(axis=0) != 1).any():
            raise ValueError("held_out must have one answer for each sequence: a single 1 in mask")
        self.where = mask.argmax(axis=0), np.arange(mask.shape[1])
        self.answers = targets[self.where]
        self.example = checks.index("example", example, len(self.answers))
        steps, width = len(mask), self.cell.input_size
        self.twin = checks.array("twin", twin, (steps, width), self.cell.dtype)[:, None]
        self.kept = min(checks.size("units", units), self.cell.hidden_size)
        self.letters = tuple(letters or LETTERS.get(self.cell.kind, ("h",)))
        self.steps: list[int] = []
        self.seen: list[tuple[Any, ...]] = []

    def look(self, step: int) -> None:
        """Keep what the model is after `step` training steps."""
        xs, targets, mask = self.held_out
        trace, scores = self.model.forward(xs)
        loss, dscores = heads.softmax_cross_entropy(scores, targets, mask)
        chances = heads.softmax(scores)[self.where]  # (B, K)
        right = chances.argmax(axis=-1) == self.answers
        dh = self.model.readout.backward(trace.h, dscores)[1]
        norms = gradient_norms(self.cell, trace, dh).h
        norms = np.maximum(norms, np.finfo(norms.dtype).tiny)  # 0 has no logarithm
        states = {letter: trace[letter][:, self.example].copy() for letter in self.letters}
        sure = chances[self.example, self.answers[self.example]]
        state = self.letters[0]
        change = states[state] - self.cell.forward(self.twin)[state][:, 0]  # (T, H)
        self.steps.append(step)
        self.seen.append((loss, right.mean(), sure, np.log10(norms).mean(axis=1), states, change))

    def recording(self) -> Recording:
        """Return all that was kept."""
        loss, accuracy, sure, norms, states, change = zip(*self.seen, strict=True)
        size = np.abs(change[-1]).mean(axis=0)  # (H,)
        units = np.argsort(-size, kind="stable")[: self.kept]
        return Recording(
            self.cell.kind,
            steps=np.array(self.steps),
            loss=np.array(loss),
            accuracy=np.array(accuracy),
            sure=np.array(sure),
            norms=np.array(norms),
            units=units,
            states={k: np.stack([one[k][:, units] for one in states]) for k in self.letters},
            change=np.stack(change)[:, :, units],
        )


def _rising(at: Sequence[int]) -> list[int]:
    steps = [checks.at_least("at", step, 0) for step in checks.sequence("at", at)]
    if not steps or sorted(set(steps)) != steps:
        raise ValueError(f"at must be steps that rise; got {steps!r:.60}")
    return steps
