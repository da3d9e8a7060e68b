"""Save a model and load it again, as safetensors: plain arrays and a line of text, never code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from . import checks, files
from .cells import GRU, LSTM, RNN
from .heads import Readout
from .network import Model

FORMAT = "rnn_core 1"
KINDS = {"RNN": RNN, "LSTM": LSTM, "GRU": GRU}


def save(model: Model, path: str | Path, *, note: str = "") -> None:
    """Write a model to `path`. An existing file is replaced only once the new one is whole.

    Parameters
    ----------
    model : Model
    path : str or Path
    note : str
        One line about where the weights come from; `note_of` reads it back.

    Raises
    ------
    ImportError
        If safetensors is missing.
    TypeError, ValueError
        If `model` is no Model, a parameter is NaN or infinite, or `path` is a folder.
    """
    files.safetensors()
    path = files.file_path("path", path)
    checks.instance("model", model, Model)
    checks.instance("note", note, str)
    for name, value in model.params.items():
        checks.finite(f"params[{name!r}]", value)
    cell = model.cell
    about = {
        "kind": cell.kind,
        "input_size": cell.input_size,
        "hidden_size": cell.hidden_size,
        "output_size": model.readout.output_size,
        "options": cell.options,
    }
    metadata = {"format": FORMAT, "model": json.dumps(about, sort_keys=True), "note": note}
    files.write_arrays(path, model.params, metadata)


def load(path: str | Path) -> Model:
    """Read a model from `path`.

    Raises
    ------
    ImportError
        If safetensors is missing.
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file is cut short, is no safetensors file, was not written by `save`, or its
        arrays do not fit what it says of itself; the message names the file and the fault.
    """
    path = files.file_path("path", path)
    arrays, metadata = files.read_arrays(path, FORMAT, writer="save")
    try:
        about = json.loads(metadata["model"])
        model = _blank(about, arrays)
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise ValueError(f"path {str(path)!r} does not describe a model: {error!r}") from error
    if model.params.keys() != arrays.keys():
        raise ValueError(
            f"path {str(path)!r} must hold the arrays {sorted(model.params)}; got {sorted(arrays)}"
        )
    for name, value in model.params.items():
        where = f"{name} in {str(path)!r}"
        if arrays[name].dtype != value.dtype:
            raise ValueError(f"{where} must be {value.dtype}; got {arrays[name].dtype}")
        value[...] = checks.array(where, arrays[name], value.shape, value.dtype)
    return model


def note_of(path: str | Path) -> str:
    """Return the note that was saved with the model at `path`."""
    path = files.file_path("path", path)
    return files.read_arrays(path, FORMAT, writer="save")[1].get("note", "")


def _blank(about: dict[str, Any], arrays: dict[str, np.ndarray]) -> Model:
    rng = np.random.default_rng(0)
    kind = KINDS[checks.choice("kind", about["kind"], list(KINDS))]
    sizes = [checks.size(k, about[k]) for k in ("input_size", "hidden_size", "output_size")]
    inputs, hidden, outputs = sizes
    # Before memory is set aside: a file may claim any size.
    if hidden * max(sizes) > max((value.size for value in arrays.values()), default=0):
        raise ValueError(f"its sizes {sizes} are larger than any of its arrays")
    dtypes = [arrays[name].dtype for name in (f"b_{kind.letters[0]}", "b_y")]
    cell = kind(inputs, hidden, rng=rng, dtype=dtypes[0], **about["options"])
    return Model(cell, Readout(hidden, outputs, rng=rng, dtype=dtypes[1]))
