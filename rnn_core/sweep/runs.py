"""The folder in which a sweep keeps its finished runs: one small JSON file for each.

A file appears under its name only once it is whole, and one that cannot be read counts as a run
that is not done. `sweep.json` beside them says which function the runs are of.
"""

from __future__ import annotations

import hashlib
import inspect
import json
import math
import os
import re
from collections.abc import Callable
from pathlib import Path
from types import CodeType
from typing import Any

from ..identity import digest

FORMAT = "rnn_core sweep 1"
RUN_FILE = re.compile(r"[0-9a-f]{24}\.json")


class RunFolder:
    """The finished runs of one function on disk.

    Parameters
    ----------
    path : str or Path
        A folder of earlier runs of this function, an empty one, or one that is not there yet.
    run : callable
        The function whose runs they are.

    Raises
    ------
    TypeError, ValueError
        If `path` is a file, or a folder with something else in it, or with runs of another
        function or of an earlier version of this one.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as path:
    ...     folder = RunFolder(path, lambda rng, lr: {"loss": lr})
    ...     folder.write({"lr": 0.1}, 7, {"values": {"loss": 0.1}})
    ...     folder.read({"lr": 0.1}, 7), folder.read({"lr": 0.1}, 8)
    ({'values': {'loss': 0.1}}, None)
    """

    def __init__(self, path: str | Path, run: Callable[..., Any]) -> None:
        if not isinstance(path, str | os.PathLike):
            raise TypeError(f"folder must be a str or a Path; got {path!r:.60}")
        if Path(path).exists() and not Path(path).is_dir():
            raise ValueError(f"folder must be a folder; got the file {str(path)!r}")
        self.path = Path(path)
        mine = {"format": FORMAT, "run": _name(run), "code": fingerprint(run)}
        about = self.path / "sweep.json"
        if about.exists():
            _same(mine, about)
            return
        self._only_runs()
        self.path.mkdir(parents=True, exist_ok=True)
        _write(about, mine)

    def read(self, params: dict[str, Any], seed: int) -> dict[str, Any] | None:
        """Return what `write` was given for a run that finished, None for any other."""
        path, asked = self._file(params, seed)
        try:
            record = json.loads(path.read_text(encoding="utf-8"))
            if canonical(record["params"], record["seed"]) != asked:
                return None
            return {"values": {name: _number(value) for name, value in record["values"].items()}}
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return None

    def write(self, params: dict[str, Any], seed: int, outcome: dict[str, Any]) -> None:
        """Keep the outcome of one run: `values`, or the `error` that it ended with."""
        record: dict[str, Any] = {"params": params, "seed": seed} | outcome
        if "values" in outcome:
            record["values"] = {name: _text(value) for name, value in outcome["values"].items()}
        _write(self._file(params, seed)[0], record)

    def _file(self, params: dict[str, Any], seed: int) -> tuple[Path, str]:
        text = canonical(params, seed)
        return self.path / f"{hashlib.sha256(text.encode()).hexdigest()[:24]}.json", text

    def _only_runs(self) -> None:
        for found in self.path.iterdir() if self.path.exists() else ():
            if not RUN_FILE.fullmatch(found.name) and found.suffix != ".part":
                raise ValueError(
                    "folder must be new, empty or one that sweep wrote; "
                    f"got {str(self.path)!r} with {found.name!r} in it"
                )


def canonical(params: dict[str, Any], seed: int) -> str:
    """Return one text for each set of parameters and seed, whatever the order of the names."""
    return json.dumps([params, seed], sort_keys=True, allow_nan=False)


def fingerprint(run: Callable[..., Any]) -> str:
    """Return a hash of a function's own code, and of the values that it takes from around it.

    `rnn_core.identity` says what counts.
    """
    if not isinstance(getattr(inspect.unwrap(run), "__code__", None), CodeType):
        raise TypeError(f"run must be a Python function where a folder is given; got {run!r:.60}")
    return digest(run)


def _name(run: Any) -> str:
    return getattr(run, "__qualname__", type(run).__name__)


def _same(mine: dict[str, str], about: Path) -> None:
    where = str(about.parent)
    try:
        theirs = json.loads(about.read_text(encoding="utf-8"))
        form, name, code = (theirs[key] for key in ("format", "run", "code"))
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise ValueError(
            f"folder must be one that sweep wrote; got {where!r}, whose sweep.json has {error!r}"
        ) from error
    if form != FORMAT:
        raise ValueError(f"folder must be of the format {FORMAT!r}; got {form!r} in {where!r}")
    if name != mine["run"]:
        raise ValueError(
            f"folder must hold runs of {mine['run']!r}; got runs of {name!r} in {where!r}"
        )
    if code != mine["code"]:
        raise ValueError(
            f"folder must hold runs of {name!r} as it is now; its code or its settings have "
            f"changed since those in {where!r}. Give another folder, or delete sweep.json there "
            "to take its runs as they are"
        )


def _write(path: Path, record: dict[str, Any]) -> None:
    half_written = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        half_written.write_text(json.dumps(record, allow_nan=False) + "\n", encoding="utf-8")
        half_written.replace(path)
    finally:
        half_written.unlink(missing_ok=True)


def _text(value: float) -> float | str:
    """JSON has no word for NaN and infinity: they are kept as text."""
    return value if math.isfinite(value) else str(float(value))


def _number(value: Any) -> float:
    if isinstance(value, str) and not math.isfinite(float(value)):
        return float(value)
    if not isinstance(value, int | float):
        raise TypeError(f"{value!r} is not a number")
    return value
