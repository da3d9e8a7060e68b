"""Calls spread over processes or a cluster by joblib, each outcome as soon as it is there."""

from __future__ import annotations

import contextlib
import numbers
import pickle
import traceback
from collections.abc import Callable, Generator, Mapping, Sequence
from typing import Any

import numpy as np

from ..progress import silent

Task = tuple[dict[str, Any], int]  # the settings of a run and its seed
Outcome = tuple[int, dict[str, Any]]  # its number, and its `values` or its `error`


def pack(run: Callable[..., Any], n_jobs: int | None) -> Any:
    """Return `run` as bytes to be sent to other processes, or itself if all runs are in this one.

    Unpacked inside the run, it cannot break a worker: a module that is missing there is an error
    of that run.
    """
    joblib, cloudpickle, _ = libraries()
    if joblib.effective_n_jobs(_n_jobs(n_jobs)) == 1:
        return run
    try:
        return cloudpickle.dumps(run)
    except Exception as error:
        raise TypeError(
            f"run must be a function that can be sent to other processes; got {run!r:.60}: {error}"
        ) from error


def execute_all(
    run: Any, tasks: Sequence[Task], missing: Sequence[int], n_jobs: int | None
) -> Generator[Outcome]:
    """Yield the number and the outcome of each missing run, as they finish."""
    joblib, _, threadpool_limits = libraries()
    if not missing:
        return
    # One run at a time, and all of them in the queue at once: a worker that dies takes one run
    # with it, and one that joins later finds work.
    parallel = joblib.Parallel(
        n_jobs=_n_jobs(n_jobs),
        batch_size=1,
        pre_dispatch="all",
        return_as="generator_unordered",
    )
    calls = (joblib.delayed(_execute)(run, number, *tasks[number]) for number in missing)
    with contextlib.ExitStack() as stack:
        stack.enter_context(threadpool_limits(1))
        stack.enter_context(_lost_runs_reported(joblib.parallel.get_active_backend()[0]))
        yield from stack.enter_context(contextlib.closing(parallel(calls)))


def _n_jobs(given: int | None) -> int | None:
    """Return −1 where neither the caller nor `joblib.parallel_config` says how many."""
    joblib, *_ = libraries()
    configured = joblib.parallel.get_active_backend()[1]
    return -1 if given is None and configured is None else given


@contextlib.contextmanager
def _lost_runs_reported(backend: Any) -> Generator[None]:
    """Make a run that a Dask cluster gives up a failed run, like one that raises.

    joblib passes on what a task returned or raised, and waits for ever for one that the scheduler
    gave up because it killed its workers.
    """
    if type(backend).__name__ != "DaskDistributedBackend":
        yield
        return
    submit = backend.submit

    def submit_and_watch(task: Any, callback: Callable[[Any], object]) -> Any:
        def report(done: Any) -> None:
            if error := done.exception():
                (_, (_, number, *_), _), *_ = task.items  # the arguments of _execute
                callback([_failed(number, error)])

        future = submit(task, callback)
        future.add_done_callback(report)
        return future

    backend.submit = submit_and_watch
    try:
        yield
    finally:
        del backend.submit


def _execute(run: Callable[..., Any], number: int, params: dict[str, Any], seed: int) -> Outcome:
    """Do one run, in whatever process this is. What it raises is its outcome."""
    *_, threadpool_limits = libraries()
    try:
        if isinstance(run, bytes):
            run = pickle.loads(run)
        # The same number of threads everywhere: sums then have the same order, and the same bits.
        with threadpool_limits(1), silent():
            result = run(rng=np.random.default_rng(seed), **params)
        return number, {"values": _numbers(result, params)}
    except Exception as error:
        return _failed(number, error)


def _failed(number: int, error: BaseException) -> Outcome:
    text = "".join(traceback.format_exception(error))
    return number, {"error": f"{type(error).__name__}: {error}", "traceback": text}


def _numbers(result: Any, params: dict[str, Any]) -> dict[str, float]:
    if not isinstance(result, Mapping) or not result:
        raise TypeError(f"run must return a dict of numbers; got {result!r:.60}")
    values: dict[str, float] = {}
    for name, value in result.items():
        if not isinstance(name, str) or name in params or name == "seed":
            raise ValueError(f"run must return new names as text; got {name!r}")
        if isinstance(value, bool | np.bool_):
            values[name] = bool(value)
        elif isinstance(value, numbers.Integral):
            values[name] = int(value)
        elif isinstance(value, numbers.Real):
            values[name] = float(value)
        else:
            raise TypeError(f"run must return numbers; got {name}={value!r:.60}")
    return values


def libraries() -> tuple[Any, Any, Any]:
    """Return joblib, cloudpickle and the function that limits the threads of BLAS."""
    try:
        import cloudpickle
        import joblib
        from threadpoolctl import threadpool_limits
    except ImportError as error:
        raise ImportError(
            f"rnn_core.sweep needs {error.name}: pip install 'rnn-core[sweep]'"
        ) from error
    return joblib, cloudpickle, threadpool_limits
