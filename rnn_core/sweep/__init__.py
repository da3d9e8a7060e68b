"""Many runs of one function, here or on a cluster: every setting of a grid, with every seed.

Write the experiment as a function of a random generator and of its settings, which returns
numbers. Then::

    grid = {"cell": ["LSTM", "GRU"], "lr": [0.01, 0.003]}
    table = sweep(run, grid, seeds=range(5), folder="runs")
    table.median_and_range("loss", by=["cell", "lr"])

*Processes.* Runs are spread over the cores of this machine, each with one BLAS thread. Inside
``with joblib.parallel_config(backend="dask"):`` the same call spreads them over the Dask cluster
of the current ``distributed.Client``. Its workers need rnn_core; start them first, since joblib
counts them when the sweep begins, and keeps the work here if it finds a single thread.

*Seeds.* A run with seed 3 gets ``np.random.default_rng(3)`` and nothing else that is random, so
any row can be had again by ``run(rng=np.random.default_rng(3), **params)``, whatever else was in
the grid and in whatever order and place it ran. Seeds give independent streams; the settings
under one seed share a stream, so compare settings seed by seed.

*Interruptions.* With `folder`, each finished run is at once a small file there. The same call
again, or one with a larger grid or more seeds, runs only what is missing. A Dask cluster gives
the run of a worker that was killed to another one, and a run that kills its worker every time
(``distributed.scheduler.allowed-failures`` says how often) is a failed run. On this machine a
killed worker ends the sweep with an error, and the same call goes on from what is done.
"""

from __future__ import annotations

import contextlib
import inspect
import itertools
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..progress import bar
from .grid import points
from .grid import seeds as listed
from .parallel import Task, execute_all, libraries, pack
from .runs import RunFolder
from .table import Table, read_csv

__all__ = ["Failure", "SweepError", "Table", "read_csv", "sweep"]


@dataclass(frozen=True)
class Failure:
    """A run that ended with an error: its settings, its seed, the error and its traceback."""

    params: dict[str, Any]
    seed: int
    error: str
    traceback: str


class SweepError(RuntimeError):
    """Some runs have no result. `table` has those that finished, `failures` those that failed."""

    def __init__(self, message: str, table: Table, failures: Sequence[Failure]) -> None:
        super().__init__(message)
        self.table, self.failures = table, failures


def sweep(
    run: Callable[..., Mapping[str, float]],
    grid: Mapping[str, Iterable[Any]] | Sequence[Mapping[str, Any]],
    seeds: Iterable[int],
    *,
    folder: str | Path | None = None,
    n_jobs: int | None = None,
    progress: bool = True,
) -> Table:
    """Call `run` for each setting in a grid with each seed, in parallel.

    Parameters
    ----------
    run : callable
        Called as ``run(rng=np.random.default_rng(seed), **params)``; returns a dict of numbers.
        NaN stands for "no value" (a training that blew up), infinity for "never".
    grid : dict of lists, or list of dicts
        The values of each parameter, to be combined in every way; or the settings one by one.
        Values are text, finite numbers, True, False or None.
    seeds : iterable of int
        From 0 up, such as ``range(5)``.
    folder : str or Path, optional
        Where finished runs are kept. Those already there are not run again; a run that failed
        is. Runs of another function, or of this one before its code or the constants it reads
        were changed, are refused, whether these are numbers, lists, dicts, arrays or objects. A
        change in the code that it calls, or in what a module holds, goes unseen.
    n_jobs : int, optional
        Processes at once; −1 for one on each core. If not given, what `joblib.parallel_config`
        says, else −1. With 1, all runs are in this process. A Dask cluster uses all its workers.
    progress : bool
        Show a bar, if tqdm is installed. `TQDM_DISABLE=1` in the environment hides it too. A
        `train` or a `sweep` within a run shows none.

    Returns
    -------
    Table
        A row for each setting and seed, in the order of the grid and then of the seeds; columns
        are the parameters, `seed`, and the numbers that `run` returned (NaN where a run returned
        others). A parameter that a setting does not have is None.

    Raises
    ------
    ImportError
        If joblib, cloudpickle or threadpoolctl is missing.
    TypeError, ValueError
        If an argument is not what is described above, `run` does not take the names in the grid,
        or `folder` holds something else; nothing was run.
    SweepError
        After all runs, if some of them raised or returned something else than numbers; at once,
        if a worker was killed. The results of the others are in its `table`, and in `folder`.

    Examples
    --------
    >>> import numpy as np
    >>> def run(rng, size):
    ...     return {"norm": np.linalg.norm(rng.normal(size=(size, size)), 2) / size**0.5}
    >>> table = sweep(run, {"size": [4, 64]}, seeds=range(5), n_jobs=1)
    >>> len(table)
    10
    >>> table.median_and_range("norm", by="size")
    | size | median | lowest | highest | runs | nan |
    | ---: | ---: | ---: | ---: | ---: | ---: |
    | 4 | 1.517 | 0.9291 | 2.333 | 5 | 0 |
    | 64 | 1.942 | 1.891 | 2.005 | 5 | 0 |
    """
    libraries()
    tasks: list[Task] = list(itertools.product(points(grid), listed(seeds)))
    _check(run, tasks, n_jobs)
    packed = pack(run, n_jobs)
    store = None if folder is None else RunFolder(folder, run)
    found = enumerate(store.read(*task) if store else None for task in tasks)
    outcomes = {number: outcome for number, outcome in found if outcome}
    missing = [number for number in range(len(tasks)) if number not in outcomes]
    try:
        with contextlib.closing(execute_all(packed, tasks, missing, n_jobs)) as results:
            shown = bar(results, progress, initial=len(outcomes), total=len(tasks), unit="run")
            for number, outcome in shown:
                outcomes[number] = outcome
                if store:
                    params, seed = tasks[number]
                    store.write(params, seed, outcome)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # a cluster that closes cancels its runs: no Exception
        raise _stopped(error, tasks, outcomes, folder) from error
    if failed := _failed(tasks, outcomes):
        raise failed
    return _table(tasks, outcomes)


def _check(run: Any, tasks: Sequence[Task], n_jobs: Any) -> None:
    if not callable(run):
        raise TypeError(f"run must be a function of rng and of parameters; got {run!r:.60}")
    for params, _ in tasks:
        try:
            inspect.signature(run).bind(rng=None, **params)
        except (TypeError, ValueError) as error:
            names = ["rng", *params]
            raise TypeError(f"run must take the names {names} of grid: {error}") from error
    if n_jobs is not None and (isinstance(n_jobs, bool) or not isinstance(n_jobs, int)):
        raise TypeError(f"n_jobs must be a whole number; got {n_jobs!r}")
    if n_jobs == 0:
        raise ValueError("n_jobs must be at least 1, or -1 for one process on each core; got 0")


def _table(tasks: Sequence[Task], outcomes: Mapping[int, dict[str, Any]]) -> Table:
    """Put what finished in the order of the tasks, whatever the order in which it came."""
    done = [(*tasks[n], outcomes[n]["values"]) for n in sorted(outcomes) if "values" in outcomes[n]]
    names = dict.fromkeys(name for params, _ in tasks for name in params)
    figures = dict.fromkeys(name for _, _, values in done for name in values)
    blank = dict.fromkeys((*names, "seed"), None) | dict.fromkeys(figures, math.nan)
    rows = [blank | params | {"seed": seed} | values for params, seed, values in done]
    return Table(tuple(blank), rows)


def _failures(tasks: Sequence[Task], outcomes: Mapping[int, dict[str, Any]]) -> list[Failure]:
    numbered = [number for number in sorted(outcomes) if "error" in outcomes[number]]
    return [Failure(*tasks[number], **outcomes[number]) for number in numbered]


def _failed(tasks: Sequence[Task], outcomes: Mapping[int, dict[str, Any]]) -> SweepError | None:
    failures = _failures(tasks, outcomes)
    if not failures:
        return None
    lines = [f"  {_spell(failed.params, failed.seed)}: {failed.error}" for failed in failures[:5]]
    lines += ["  ..."] * (len(failures) > 5)
    message = f"{len(failures)} of {len(tasks)} runs failed:"
    error = SweepError("\n".join([message, *lines]), _table(tasks, outcomes), failures)
    error.add_note(f"The first of them:\n{failures[0].traceback}")
    return error


def _stopped(
    cause: BaseException,
    tasks: Sequence[Task],
    outcomes: Mapping[int, dict[str, Any]],
    folder: object,
) -> SweepError:
    table = _table(tasks, outcomes)
    advice = (
        "give a folder, and the next call will go on from what is done"
        if folder is None
        else f"the same call goes on from what is in {str(folder)!r}"
    )
    return SweepError(
        f"the sweep stopped with {len(table)} of {len(tasks)} runs done; {advice}. "
        f"{type(cause).__name__}: {cause}",
        table,
        _failures(tasks, outcomes),
    )


def _spell(params: Mapping[str, Any], seed: int) -> str:
    return ", ".join(f"{name}={value!r}" for name, value in {**params, "seed": seed}.items())
