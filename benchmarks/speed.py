"""Forward and backward of every peer, in interleaved runs of one process.

    python -m benchmarks.speed                 all cells and sizes; stores the tables
    python -m benchmarks.speed tiny teach      these sizes only; prints, and stores with --store

A round times every peer once, in CPU time, on one BLAS thread; peers take turns to be first. What
is compared are the times of one round, so that whatever slows the machine slows both.
"""

from __future__ import annotations

import argparse
import os
import platform
import time
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version

import numpy as np
from threadpoolctl import threadpool_limits

from rnn_core import GRU, LSTM, RNN
from rnn_core.cell import Cell

from . import SIZES, report, table
from .goals import GOALS
from .peers import Run, installed

CELLS = {"GRU": GRU, "RNN": RNN, "LSTM": LSTM}
SAMPLE = 0.004  # seconds that one sample takes at least, so that short runs are timed many at once
ROUNDS = {"tiny": 41, "teach": 31, "long": 11, "medium": 11, "wide": 11, "big": 5}

Ratios = dict[str, np.ndarray]


def case(kind: str, dtype: str, size: str) -> tuple[Cell, np.ndarray, np.ndarray]:
    """Return a cell, xs and dh."""
    steps, batch, D, width = SIZES[size]
    rng = np.random.default_rng(0)
    cell = CELLS[kind](D, width, rng=rng, dtype=dtype)
    xs = rng.standard_normal((steps, batch, D)).astype(dtype)
    return cell, xs, rng.standard_normal((steps, batch, width)).astype(dtype)


def check(runs: dict[str, Run]) -> None:
    """Warm every peer up, and see that all return the same ∂L/∂x_t."""
    expected = runs["ours"]()
    assert expected is not None
    tolerance = (1e-2 if expected.dtype == np.float32 else 1e-8) * np.abs(expected).max()
    for name, run in runs.items():
        found = run()
        if found is not None and not np.allclose(found, expected, rtol=0, atol=tolerance):
            raise ValueError(f"{name} must compute the same gradient as ours")


def seconds(run: Callable[[], object], calls: int) -> float:
    """Return the CPU time of one call."""
    start = time.process_time()
    for _ in range(calls):
        run()
    return (time.process_time() - start) / calls


def ratios(runs: dict[str, Run], rounds: int) -> Ratios:
    """Return the time of each peer over ours, round by round; under "ours", its seconds."""
    check(runs)
    calls = max(1, round(SAMPLE / seconds(runs["ours"], 3)))
    names, times = list(runs), {name: [] for name in runs}
    for n in range(rounds):
        first = n % len(names)
        for name in names[first:] + names[:first]:
            times[name].append(seconds(runs[name], calls))
    own = np.array(times["ours"])
    return {name: np.array(taken) / own for name, taken in times.items()} | {"ours": own}


def measure(sizes: list[str], share: float) -> dict[tuple[str, str], dict[str, Ratios]]:
    """Return the ratios of each cell with its dtype, by size; `share` is that of the rounds."""
    # The biggest comes first, so that the allocator has settled before short runs are timed.
    found: dict[tuple[str, str], dict[str, Ratios]] = {cell: {} for cell in GOALS}
    for size in sorted(sizes, key=list(SIZES).index, reverse=True):
        for kind, dtype in GOALS:
            args = case(kind, dtype, size)
            runs = {name: peer(*args) for name, peer in installed().items()}
            found[kind, dtype][size] = ratios(runs, max(3, round(share * ROUNDS[size])))
            print(f"{kind} {dtype} {size}:", summary(found[kind, dtype][size]), flush=True)
    return found


def summary(of: Ratios) -> str:
    """Return the medians of one case in a line."""
    own = f"ours {np.median(of['ours']) * 1e3:.2f} ms"
    return ", ".join([own, *(f"{k} {np.median(v):.2f}" for k, v in of.items() if k != "ours")])


def spell(values: np.ndarray) -> str:
    """Return the median, and the range of the middle half."""
    low, middle, high = np.percentile(values, [25, 50, 75])
    return f"{middle:.2f} ({low:.2f}–{high:.2f})"


def goals_table(found: dict[tuple[str, str], dict[str, Ratios]], sizes: list[str]) -> str:
    """Return torch.nn ÷ ours beside what is to be reached and what the products alone take."""
    rows = []
    for cell, by_size in found.items():
        goals = dict(zip(SIZES, GOALS[cell], strict=True))
        name = " ".join(cell)
        if "torch.nn" in next(iter(by_size.values())):
            reached = {s: np.median(by_size[s]["torch.nn"]) for s in sizes}
            marks = ["" if reached[s] >= goals[s] else " ✗" for s in sizes]
            ours = [spell(by_size[s]["torch.nn"]) + m for s, m in zip(sizes, marks, strict=True)]
            rows.append([f"**{name}**", *ours])
            rows.append(["— goal", *(f"{goals[s]:g}" for s in sizes)])
            bound = [by_size[s]["torch.nn"] / by_size[s]["bound"] for s in sizes]
            rows.append(["— bound", *(f"{np.median(b):.2f}" for b in bound)])
        rows.append(["— ours, ms", *(f"{np.median(by_size[s]['ours']) * 1e3:.2f}" for s in sizes)])
    return table(["torch.nn ÷ ours", *sizes], rows)


def peers_table(found: dict[tuple[str, str], dict[str, Ratios]], sizes: list[str]) -> str:
    """Return the other peers ÷ ours."""
    rows = [
        [f"{' '.join(cell)}, {peer}", *(spell(by_size[s][peer]) for s in sizes)]
        for cell, by_size in found.items()
        for peer in next(iter(by_size.values()))
        if peer not in ("ours", "torch.nn", "bound")
    ]
    return table(["peer ÷ ours", *sizes], rows)


def machine() -> str:
    """Return the cores and the versions of the libraries."""
    versions = [f"Python {platform.python_version()}"]
    for name in ("numpy", "torch", "jax"):
        try:
            versions.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            versions.append(f"no {name}")
    return f"{os.cpu_count()} cores, one used; {', '.join(versions)}"


def main() -> None:
    """Measure, print, and store where all sizes were measured."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sizes", nargs="*", metavar="size", help=f"of {', '.join(SIZES)}")
    parser.add_argument("--store", action="store_true", help="store the tables of some sizes too")
    parser.add_argument("--share", type=float, default=1, help="the share of the rounds to run")
    parser.add_argument("--note", default="", help="a sentence to store with the tables")
    options = parser.parse_args()
    sizes = options.sizes or list(SIZES)
    if unknown := set(sizes) - set(SIZES):
        parser.error(f"size must be one of {', '.join(SIZES)}; got {', '.join(unknown)}")
    with threadpool_limits(1):
        found = measure(sizes, options.share)
    note = f" {options.note}" if options.note else ""
    text = f"""## Speed

Forward and backward with all gradients; {machine()}. Median of interleaved rounds, and the range
of their middle half; above 1, ours is faster. ✗ marks a missed goal.{note}

{goals_table(found, sizes)}

{peers_table(found, sizes)}
"""
    print(text) if options.sizes and not options.store else report("speed", text)


if __name__ == "__main__":
    main()
