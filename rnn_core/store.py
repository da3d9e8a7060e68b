"""Save a model and load it again, as safetensors: plain arrays and a line of text, never code."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np

from . import checks
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
    numpy_format, path = _safetensors(), _file(path)
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
    half_written = path.with_name(path.name + ".part")
    arrays = {name: np.ascontiguousarray(value) for name, value in model.params.items()}
    try:
        half_written.write_bytes(numpy_format.save(arrays, metadata=metadata))
        half_written.replace(path)
    finally:
        half_written.unlink(missing_ok=True)


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
    path = _file(path)
    arrays, metadata = _read(path)
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
    return _read(_file(path))[1].get("note", "")


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


def _read(path: Path) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    numpy_format = _safetensors()
    if not path.exists():
        raise FileNotFoundError(
            f"path must be a file that save wrote; got {str(path)!r}: no such file"
        )
    data = path.read_bytes()
    try:
        arrays = numpy_format.load(data)
        header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
    except Exception as error:  # safetensors raises its own type, and others for hostile headers
        raise ValueError(f"path {str(path)!r} is not a whole safetensors file: {error}") from error
    metadata = header.get("__metadata__") or {}
    if metadata.get("format") != FORMAT:
        raise ValueError(
            f"path {str(path)!r} must be of the format {FORMAT!r}; got {metadata.get('format')!r}"
        )
    return arrays, metadata


def _file(path: object) -> Path:
    if not isinstance(path, str | os.PathLike):
        raise TypeError(f"path must be a str or a Path; got {path!r:.60}")
    if Path(path).is_dir():
        raise ValueError(f"path must be a file; got the folder {str(path)!r}")
    return Path(path)


def _safetensors() -> Any:
    try:
        import safetensors.numpy
    except ImportError as error:
        raise ImportError(
            "rnn_core.store needs safetensors: pip install 'rnn-core[store]'"
        ) from error
    return safetensors.numpy
