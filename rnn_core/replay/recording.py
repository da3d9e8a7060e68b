"""What was seen of a training run, and how it is written to a file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .. import checks, files

FORMAT = "rnn_core recordings 1"
ROWS = ("steps", "loss", "accuracy", "sure", "norms", "units")
HUNDREDTHS, THOUSANDTHS = 100, 1000  # states fit in a byte each, changes in two


@dataclass(frozen=True, eq=False, repr=False)
class Recording:
    """What was seen of one training run, at N of its steps.

    Attributes
    ----------
    kind : str
        The cell's name.
    steps : ndarray of int, shape (N,)
        How many training steps had been taken; 0 is before the first.
    loss, accuracy : ndarray, shape (N,)
        On the held-out sequences: the mean loss in nats, and the share of right answers.
    sure : ndarray, shape (N,)
        The probability of the right answer on the example.
    norms : ndarray, shape (N, T)
        The mean over the held-out sequences of log10 ‖∂L/∂h_t‖.
    units : ndarray of int, shape (U,)
        The units whose states were kept: those with the largest `change`, on average over the
        sequence, when training is over; the largest first.
    states : dict of ndarray, each (N, T, U)
        What the gates and states of these units are on the example, by letter.
    change : ndarray, shape (N, T, U)
        How far their state, the first letter, is from what it is on the example's twin.

    Raises
    ------
    TypeError, ValueError
        If the arrays are not finite, or their shapes do not agree.

    Examples
    --------
    >>> from rnn_core.pretrained import temporal_order
    >>> temporal_order.load()["LSTM"]
    <Recording LSTM N=40 T=100: tanh_c i f o>
    """

    kind: str
    steps: np.ndarray
    loss: np.ndarray
    accuracy: np.ndarray
    sure: np.ndarray
    norms: np.ndarray
    units: np.ndarray
    states: dict[str, np.ndarray]
    change: np.ndarray

    def __post_init__(self) -> None:
        count = len(checks.sequence("steps", self.steps))
        for name in ("loss", "accuracy", "sure"):
            checks.array(name, getattr(self, name), (count,), float)
        norms = checks.array("norms", self.norms, (count, "T"), float)
        shape = (count, norms.shape[1], len(checks.sequence("units", self.units)))
        if not checks.instance("states", self.states, dict):
            raise ValueError("states must have at least one letter; got none")
        for letter, values in self.states.items():
            checks.array(f"states[{letter!r}]", values, shape, float)
        checks.array("change", self.change, shape, float)

    def __repr__(self) -> str:
        size = f"N={len(self.steps)} T={self.norms.shape[1]}"
        return f"<Recording {self.kind} {size}: {' '.join(self.states)}>"

    def reached(self, accuracy: float) -> int | None:
        """Return the first kept step at which the accuracy was at least so high, or None.

        Examples
        --------
        >>> from rnn_core.pretrained import temporal_order
        >>> temporal_order.load()["RNN"].reached(0.99) is None
        True
        """
        hits = np.flatnonzero(self.accuracy >= checks.real("accuracy", accuracy))
        return int(self.steps[hits[0]]) if len(hits) else None


def save(recordings: Mapping[str, Recording], path: str | Path) -> None:
    """Write recordings, by name, to a safetensors file: its states to 2 decimals, changes to 3.

    Parameters
    ----------
    recordings : mapping of str to Recording
        Of cells whose states lie within ±1.
    path : str or Path
        An existing file is replaced.

    Raises
    ------
    ImportError
        If safetensors is missing.
    TypeError, ValueError
        If there is no recording, a state is out of range, or `path` is a folder.

    Examples
    --------
    >>> import os, tempfile
    >>> from rnn_core.pretrained import temporal_order
    >>> path = os.path.join(tempfile.mkdtemp(), "runs.safetensors")
    >>> save(temporal_order.load(), path)
    >>> list(load(path))
    ['RNN', 'LSTM']
    """
    path = files.file_path("path", path)
    checks.instance("recordings", recordings, Mapping)
    arrays: dict[str, np.ndarray] = {}
    for name, one in recordings.items():
        checks.instance(f"recordings[{name!r}]", one, Recording)
        for row in ROWS:
            kind = np.int32 if row in ("steps", "units") else np.float32
            arrays[f"{name}.{row}"] = np.asarray(getattr(one, row)).astype(kind)
        arrays[f"{name}.change"] = np.rint(THOUSANDTHS * one.change).astype(np.int16)
        for letter, values in one.states.items():
            if np.abs(values).max() > 1:
                raise ValueError(f"states[{letter!r}] must lie within ±1; got others in {name}")
            arrays[f"{name}.states.{letter}"] = np.rint(HUNDREDTHS * values).astype(np.int8)
    about = {name: [one.kind, list(one.states)] for name, one in recordings.items()}
    files.write_arrays(path, arrays, {"format": FORMAT, "recordings": json.dumps(about)})


def load(path: str | Path) -> dict[str, Recording]:
    """Read the recordings that `save` wrote to `path`.

    Raises
    ------
    ImportError
        If safetensors is missing.
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file is cut short, or was not written by `save`.

    Examples
    --------
    >>> from rnn_core.pretrained import temporal_order
    >>> load(temporal_order.RECORDINGS)["RNN"]
    <Recording RNN N=40 T=100: h>
    """
    path = files.file_path("path", path)
    arrays, metadata = files.read_arrays(path, FORMAT, writer="save")
    try:
        about = json.loads(metadata["recordings"])
        return {name: _read(arrays, name, kind, letters) for name, (kind, letters) in about.items()}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ValueError(f"path {str(path)!r} does not hold recordings: {error!r}") from error


def _read(arrays: Any, name: str, kind: str, letters: list[str]) -> Recording:
    rows = {row: arrays[f"{name}.{row}"] for row in ROWS}
    rows |= {row: rows[row].astype(float) for row in rows if rows[row].dtype == np.float32}
    states = {letter: arrays[f"{name}.states.{letter}"] / HUNDREDTHS for letter in letters}
    change = arrays[f"{name}.change"] / THOUSANDTHS
    return Recording(kind=kind, states=states, change=change, **rows)
