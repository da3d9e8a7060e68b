"""Save a model and load it again, as safetensors: plain arrays and a line of text, never code."""

from __future__ import annotations

import json
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
    ValueError
        If a parameter is NaN or infinite.
    """
    numpy_format = _safetensors()
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
    path = Path(path)
    half_written = path.with_name(path.name + ".part")
    arrays = {name: np.ascontiguousarray(value) for name, value in model.params.items()}
    half_written.write_bytes(numpy_format.save(arrays, metadata=metadata))
    half_written.replace(path)


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
    arrays, metadata = _read(Path(path))
    try:
        about = json.loads(metadata["model"])
        model = _blank(about, arrays)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ValueError(f"path {str(path)!r} does not describe a model: {error}") from error
    if model.params.keys() != arrays.keys():
        raise ValueError(
            f"path {str(path)!r} must hold the arrays {sorted(model.params)}; got {sorted(arrays)}"
        )
    for name, value in model.params.items():
        value[...] = checks.array(
            f"{name} in {str(path)!r}", arrays[name], value.shape, value.dtype
        )
    return model


def note_of(path: str | Path) -> str:
    """Return the note that was saved with the model at `path`."""
    return _read(Path(path))[1].get("note", "")


def _blank(about: dict[str, Any], arrays: dict[str, np.ndarray]) -> Model:
    rng, dtype = np.random.default_rng(0), next(iter(arrays.values())).dtype
    kind = KINDS[checks.choice("kind", about["kind"], list(KINDS))]
    sizes = [checks.size(k, about[k]) for k in ("input_size", "hidden_size", "output_size")]
    if max(sizes) > max(max(value.shape) for value in arrays.values()):
        raise ValueError(f"its sizes {sizes} are larger than any of its arrays")
    cell = kind(sizes[0], sizes[1], rng=rng, dtype=dtype, **about["options"])
    return Model(cell, Readout(sizes[1], sizes[2], rng=rng, dtype=dtype))


def _read(path: Path) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    numpy_format = _safetensors()
    data = path.read_bytes()
    try:
        arrays = numpy_format.load(data)
        header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
    except Exception as error:  # safetensors raises its own type, and others for hostile headers
        raise ValueError(f"path {str(path)!r} is not a whole safetensors file: {error}") from error
    metadata = header.get("__metadata__", {})
    if metadata.get("format") != FORMAT:
        raise ValueError(
            f"path {str(path)!r} must be of the format {FORMAT!r}; got {metadata.get('format')!r}"
        )
    return arrays, metadata


def _safetensors() -> Any:
    try:
        import safetensors.numpy
    except ImportError as error:
        raise ImportError(
            "rnn_core.store needs safetensors: pip install 'rnn-core[store]'"
        ) from error
    return safetensors.numpy
