"""Write named arrays to a safetensors file and read them again; never pickle, never code.

A file is replaced only once the new one is whole and on the disk, so a run that dies while it
writes leaves the file it had before.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np


def write_arrays(path: Path, arrays: Mapping[str, np.ndarray], metadata: dict[str, str]) -> None:
    """Write `arrays` and lines of text to `path`, whole or not at all."""
    whole = {name: np.ascontiguousarray(value) for name, value in arrays.items()}
    data = safetensors().save(whole, metadata=metadata)
    half_written = path.with_name(path.name + ".part")
    try:
        with half_written.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        half_written.replace(path)
    finally:
        half_written.unlink(missing_ok=True)


def read_arrays(
    path: Path, expected_format: str, *, writer: str
) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """Return the arrays and the text of the file that `writer` wrote to `path`.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file is cut short, is no safetensors file, or has another format.
    """
    numpy_format = safetensors()
    if not path.exists():
        raise FileNotFoundError(
            f"path must be a file that {writer} wrote; got {str(path)!r}: no such file"
        )
    data = path.read_bytes()
    try:
        arrays = numpy_format.load(data)
        header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
    except Exception as error:  # safetensors raises its own type, and others for hostile headers
        raise ValueError(f"path {str(path)!r} is not a whole safetensors file: {error}") from error
    metadata = header.get("__metadata__") or {}
    if metadata.get("format") != expected_format:
        raise ValueError(
            f"path {str(path)!r} must be of the format {expected_format!r}; "
            f"got {metadata.get('format')!r}"
        )
    return arrays, metadata


def file_path(name: str, path: object) -> Path:
    """Return `path` as a Path that is no folder; `name` is the argument's."""
    if not isinstance(path, str | os.PathLike):
        raise TypeError(f"{name} must be a str or a Path; got {path!r:.60}")
    if Path(path).is_dir():
        raise ValueError(f"{name} must be a file; got the folder {str(path)!r}")
    return Path(path)


def safetensors() -> Any:
    """Return safetensors' NumPy module, or say how to install it."""
    try:
        import safetensors.numpy
    except ImportError as error:
        raise ImportError(
            "rnn_core.files needs safetensors: pip install 'rnn-core[store]'"
        ) from error
    return safetensors.numpy
