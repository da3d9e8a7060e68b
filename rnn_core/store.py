"""Save a model and load it again, as safetensors: plain arrays and a line of text, never code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from . import checks, files
from . import variants as v
from .cell import Layer
from .cells import GRU, LSTM, RNN
from .heads import Readout
from .network import Bidirectional, Model, Stacked

FORMAT = "rnn_core 1"
CELLS = (RNN, LSTM, GRU, v.LSTM1997, v.PeepholeLSTM, v.CoupledLSTM, v.OutlineLSTM, v.MinGRU, v.LRU)
KINDS = {kind.__name__: kind for kind in CELLS}
NETWORKS = ("Stacked", "Bidirectional")


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

    Examples
    --------
    >>> import numpy as np, os, tempfile
    >>> from rnn_core import GRU, heads
    >>> from rnn_core.network import Model
    >>> rng = np.random.default_rng(0)
    >>> model = Model(GRU(2, 3, rng=rng), heads.Readout(3, 1, rng=rng))
    >>> path = os.path.join(tempfile.mkdtemp(), "model.safetensors")
    >>> save(model, path, note="untrained")
    >>> load(path)
    Model(GRU(2, 3, reset='after', recurrent_bias=False), Readout(3, 1))
    """
    files.safetensors()
    path = files.file_path("path", path)
    checks.instance("model", model, Model)
    checks.instance("note", note, str)
    for name, value in model.params.items():
        checks.finite(f"params[{name!r}]", value)
    from . import __version__

    about = _describe(model.cell) | {"output_size": model.readout.output_size}
    text = {"model": json.dumps(about, sort_keys=True), "note": note, "version": __version__}
    metadata = {"format": FORMAT, **text}
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

    Examples
    --------
    >>> from rnn_core.pretrained import inside_string
    >>> load(inside_string.WEIGHTS).cell.hidden_size
    12
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
    """Return the note that was saved with the model at `path`.

    Examples
    --------
    >>> from rnn_core.pretrained import inside_string
    >>> note_of(inside_string.WEIGHTS).partition(",")[0]
    'inside-string LSTM'
    """
    path = files.file_path("path", path)
    return files.read_arrays(path, FORMAT, writer="save")[1].get("note", "")


def _describe(layer: Layer) -> dict[str, Any]:
    """Return what a layer is, in words that JSON can hold."""
    if isinstance(layer, Stacked | Bidirectional):
        return {"kind": layer.kind, "parts": [_describe(part) for part in layer.parts.values()]}
    if KINDS.get(layer.kind) is not type(layer):
        raise TypeError(f"model must be made of cells of rnn_core; got {layer!r:.60}")
    sizes = {"input_size": layer.input_size, "hidden_size": layer.hidden_size}
    return {"kind": layer.kind, **sizes, "options": getattr(layer, "options", {})}


def _blank(about: dict[str, Any], arrays: dict[str, np.ndarray]) -> Model:
    if not {"W_yh", "b_y"} <= arrays.keys():
        raise ValueError("it has no readout, W_yh and b_y")
    outputs, dtype = checks.size("output_size", about["output_size"]), arrays["b_y"].dtype
    cell = _blank_layer(about, {k: a for k, a in arrays.items() if k not in ("W_yh", "b_y")})
    _check_room([cell.hidden_size, outputs], outputs * cell.hidden_size, arrays)
    readout = Readout(cell.hidden_size, outputs, rng=np.random.default_rng(0), dtype=dtype)
    return Model(cell, readout)


def _blank_layer(about: dict[str, Any], arrays: dict[str, np.ndarray]) -> Layer:
    kind = checks.choice("kind", about["kind"], [*KINDS, *NETWORKS])
    if kind in NETWORKS:
        names = ("forward", "backward") if kind == "Bidirectional" else range(len(about["parts"]))
        parts = []
        for name, part in zip(names, about["parts"], strict=True):
            start = f"{name}."
            own = {k.removeprefix(start): a for k, a in arrays.items() if k.startswith(start)}
            parts.append(_blank_layer(part, own))
        return Stacked(parts) if kind == "Stacked" else Bidirectional(*parts)
    inputs, hidden = (checks.size(k, about[k]) for k in ("input_size", "hidden_size"))
    widest = inputs if kind == "MinGRU" else max(inputs, hidden)
    _check_room([inputs, hidden], hidden * widest, arrays)
    rng, dtype = np.random.default_rng(0), next(iter(arrays.values())).dtype
    return KINDS[kind](inputs, hidden, rng=rng, dtype=dtype, **about["options"])


def _check_room(sizes: list[int], entries: int, arrays: dict[str, np.ndarray]) -> None:
    """Refuse sizes that the arrays do not have, before memory is set aside for them."""
    if entries > max((value.size for value in arrays.values()), default=0):
        raise ValueError(f"its sizes {sizes} are larger than any of its arrays")
