"""A training run on disk: all that it needs to go on as if it had never stopped.

The stream of batches is not saved; it is drawn again. A run that goes on draws the batches that it
had trained on, in order, and lays them aside. So every random generator and every counter behind
them ends up exactly where it was, whatever the batches are made of. A fingerprint of each batch is
saved, and the first one that differs stops the run before anything is changed.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from . import checks, files
from .identity import digest
from .network import Model
from .optim import Optimizer
from .trace import leaves, map_state

FORMAT = "rnn_core run 1"


class SavedRun:
    """The file of one run, and what must be the same for the run to go on.

    Parameters
    ----------
    path : str or Path
    model : Model
    optimizer : Optimizer
        Both as they are before the first step.
    loss : callable
        It and a schedule of the optimiser are told apart by `rnn_core.identity`.
    settings : dict
        Whatever else makes a difference; plain numbers and None.
    """

    def __init__(
        self,
        path: str | Path,
        model: Model,
        optimizer: Optimizer,
        loss: Any,
        settings: dict[str, Any],
    ) -> None:
        files.safetensors()
        self.path = files.file_path("save_path", path)
        self.model, self.optimizer = model, optimizer
        self.start = fingerprint([*model.params.values(), *optimizer.state_dict().values()])
        self.run = {
            "model": repr(model),
            "optimizer": repr(optimizer),
            "loss": getattr(loss, "__qualname__", type(loss).__name__),
        } | settings
        # The names are for people; two functions of one name differ by what is behind it.
        rate = optimizer.learning_rate
        self.behind = {
            "loss": digest(loss),
            "learning_rate": digest(rate) if callable(rate) else None,
        }
        self.batches: list[int] = []

    def restore(self, stream: Iterator[Any], history: Any) -> tuple[Any, bool]:
        """Put back what was saved, if anything was, and draw from `stream` what it had drawn.

        Returns
        -------
        state : State or None
            What the next batch starts from, where state is carried.
        stopped : bool
            Whether the callback had ended the run.

        Raises
        ------
        ValueError
            If the file is damaged, holds another run, or the batches are not those it had;
            nothing is changed then.
        """
        if not self.path.exists():
            return None, False
        try:
            arrays, metadata = files.read_arrays(self.path, FORMAT, writer="train")
            about = json.loads(metadata["run"])
            self._check_run(about)
            groups = self._grouped(about, arrays)
            state = self._state(groups["state"])
        except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
            raise ValueError(
                f"save_path {str(self.path)!r} cannot be continued: {error}; "
                "choose another file, or delete this one to start again"
            ) from error
        self._draw_again(stream, groups["seen"]["batches"])
        self.optimizer.load_state({"steps": about["optimizer steps"]} | groups["optimizer"])
        for name, value in self.model.params.items():
            value[...] = groups["params"][name]
        history.losses.extend(groups["history"]["losses"].tolist())
        history.norms.extend(groups["history"]["norms"].tolist())
        return state, about["stopped"]

    def see(self, batch: Any) -> None:
        """Remember what the batch of the step that comes next looks like."""
        self.batches.append(fingerprint(batch))

    def save(self, history: Any, state: Any, stopped: bool) -> None:
        """Write everything down; the file before is replaced only once this one is whole.

        Raises
        ------
        FloatingPointError
            If a parameter or the optimiser's memory is NaN or infinite; the file is left as it was.
        """
        optimizer = self.optimizer.state_dict()
        steps = optimizer.pop("steps")
        arrays = _prefixed("params", self.model.params) | _prefixed("optimizer", optimizer)
        arrays |= {} if state is None else leaves(state)
        for name, value in arrays.items():
            if not np.isfinite(value).all():
                raise FloatingPointError(
                    f"step {len(self.batches)}: {name} is not finite after it; "
                    f"{str(self.path)!r} was left as it was"
                )
        arrays |= {
            "history.losses": np.array(history.losses),
            "history.norms": np.array(history.norms),
            "seen.batches": np.array(self.batches, np.uint32),
        }
        about = {"run": self.run, "behind": self.behind, "start": self.start}
        about["optimizer steps"] = steps
        about["stopped"] = stopped
        files.write_arrays(self.path, arrays, {"format": FORMAT, "run": json.dumps(about)})

    def _check_run(self, about: Any) -> None:
        """Raise ValueError if the file is of a run that was set up otherwise."""
        for key, here in self.run.items():
            if about["run"].get(key) != here:
                raise ValueError(f"its {key} was {about['run'].get(key)!r}; got {here!r}")
        if about["start"] != self.start:
            raise ValueError(
                "its parameters or its optimiser started otherwise; make both anew, with its seed"
            )
        for key, here in self.behind.items():
            if about["behind"].get(key) != here:
                raise ValueError(
                    f"its {key} had the same name, but other code or other values behind it"
                )
        checks.instance("stopped", about["stopped"], bool)

    def _grouped(self, about: Any, arrays: Any) -> dict[str, dict[str, np.ndarray]]:
        """Return the arrays by what they are of, once all are known to fit."""
        groups = {name: {} for name in ("params", "optimizer", "state", "history", "seen")}
        for name, value in arrays.items():
            group, _, rest = name.partition(".")
            groups[group][rest] = value
        params = self.model.params
        if groups["params"].keys() != params.keys():
            raise ValueError(f"it must hold the parameters {[*params]}")
        for name, value in groups["params"].items():
            _same_form(name, value, params[name])
            checks.finite(f"its {name}", value)
        for name, value in groups["optimizer"].items():
            _same_form(name, value, params[name.partition(".")[2]])
        # A throw-away optimiser takes it first, so that a fault is found before any change.
        trial = type(self.optimizer)(self.optimizer.learning_rate)
        trial.load_state({"steps": about["optimizer steps"]} | groups["optimizer"])
        steps = (groups["seen"]["batches"].size,)
        _same_form("batches", groups["seen"]["batches"], np.empty(steps, np.uint32))
        for name in ("losses", "norms"):
            _same_form(name, groups["history"][name], np.empty(steps))
        return groups

    def _state(self, saved: dict[str, np.ndarray]) -> Any:
        if not saved:
            return None
        blank = self.model.cell.zero_state(len(next(iter(saved.values()))))
        wanted = {name.partition(".")[2]: value for name, value in leaves(blank).items()}
        if saved.keys() != wanted.keys():
            raise ValueError(f"its state must have {[*wanted]}; got {[*saved]}")
        for name, value in saved.items():
            _same_form(f"state.{name}", value, wanted[name])
            checks.finite(f"its state.{name}", value)
        parts = iter([saved[name] for name in wanted])
        return map_state(lambda _: next(parts), blank)

    def _draw_again(self, stream: Iterator[Any], seen: np.ndarray) -> None:
        for number, then in enumerate(seen.tolist(), start=1):
            try:
                now = fingerprint(next(stream))
            except StopIteration:
                raise ValueError(
                    f"batches must be at least the {len(seen)} of the run in "
                    f"{str(self.path)!r}; got {number - 1}"
                ) from None
            if now != then:
                raise ValueError(
                    f"batches must begin as in the run in {str(self.path)!r}; batch {number} "
                    "differs: were they drawn from a fresh generator with the same seed?"
                )
        self.batches = seen.tolist()


def fingerprint(value: Any, so_far: int = 0) -> int:
    """Return the CRC-32 of an array, of None, or of any nesting of sequences of them.

    Examples
    --------
    >>> fingerprint([np.zeros(2), None]) == fingerprint((np.zeros(2), None))
    True
    >>> fingerprint(np.zeros(2)) == fingerprint(np.zeros(2, np.float32))
    False
    """
    if value is None:
        return zlib.crc32(b"None", so_far)
    if isinstance(value, tuple | list):
        for part in value:
            so_far = fingerprint(part, so_far)
        return zlib.crc32(f"{len(value)} parts".encode(), so_far)
    array = np.asarray(value)
    if not array.dtype.hasobject:
        form = f"{array.dtype}{array.shape}".encode()
        return zlib.crc32(array.tobytes(), zlib.crc32(form, so_far))
    if array.ndim:
        return fingerprint(array.tolist(), so_far)
    raise TypeError(f"batches must hold arrays, for a run that is saved; got {value!r:.60}")


def _prefixed(group: str, arrays: dict[str, Any]) -> dict[str, np.ndarray]:
    return {f"{group}.{name}": value for name, value in arrays.items()}


def _same_form(name: str, value: np.ndarray, like: np.ndarray) -> None:
    if (value.shape, value.dtype) != (like.shape, like.dtype):
        raise ValueError(
            f"its {name} must have shape {like.shape} and dtype {like.dtype}; "
            f"got {value.shape} and {value.dtype}"
        )
