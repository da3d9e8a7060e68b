"""The peak memory of forward and backward, beside what must be stored, and with checkpoints.

    python -m benchmarks.memory

Memory is counted by tracemalloc from after `xs` and `dh` were made, so it is the same in every
run and on every machine.
"""

from __future__ import annotations

import gc
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np

from rnn_core import GRU, LSTM
from rnn_core.cell import Cell

from . import SIZES, report, table

STORED = {"LSTM": ("i", "f", "g", "o", "c", "tanh_c", "h"), "GRU": ("r", "z", "n", "u", "h")}
STEPS = (200, 400, 800, 1600, 3200)  # of the curve over T
CURVE = (8, 16, 64)  # B, D, H of the curve


def stored_minimum(cell: Cell, steps: int, batch: int) -> int:
    """Return the bytes that backpropagation through time must store.

    These are the arrays of the trace that the backward pass reads, one for each letter, and the
    arrays that it must return: ∂L/∂x_t, ∂L/∂h_t (and ∂L/∂c_t), and one gradient of each
    parameter. Neither xs and dh, which are the caller's, nor working memory are counted.
    """
    trace = len(STORED[cell.kind]) * cell.hidden_size
    returned = len(cell.state_type._fields) * cell.hidden_size + cell.input_size
    numbers = steps * batch * (trace + returned) + sum(w.size for w in cell.params.values())
    return numbers * cell.dtype.itemsize


def inputs(cell: Cell, steps: int, batch: int) -> tuple[np.ndarray, np.ndarray]:
    """Return random xs and dh for a cell."""
    rng = np.random.default_rng(1)
    xs = rng.standard_normal((steps, batch, cell.input_size)).astype(cell.dtype)
    dh = rng.standard_normal((steps, batch, cell.hidden_size)).astype(cell.dtype)
    return xs, dh


def peak(run: Callable[[], Any]) -> tuple[int, Any]:
    """Return the most bytes held at a time while `run` runs, its result included, and that."""
    gc.collect()
    tracemalloc.start()
    try:
        result = run()
        return tracemalloc.get_traced_memory()[1], result
    finally:
        tracemalloc.stop()


def pass_of(cell: Cell, xs: np.ndarray, dh: np.ndarray, checkpoint: bool) -> Callable[[], Any]:
    """Return one forward and backward pass, to be called; it returns trace and gradients."""

    def run() -> Any:
        trace = cell.forward(xs, checkpoint=checkpoint)
        return trace, cell.backward(trace, dh)

    return run


def sizes_table() -> list[list[str]]:
    """Return peak ÷ stored minimum of each cell and size, in float32."""
    rows = []
    for name, (steps, batch, D, size) in SIZES.items():
        row = [f"{name} ({steps}, {batch}, {D}, {size})"]
        for kind in (LSTM, GRU):
            cell = kind(D, size, rng=np.random.default_rng(0), dtype=np.float32)
            least = stored_minimum(cell, steps, batch)
            most, _ = peak(pass_of(cell, *inputs(cell, steps, batch), False))
            row += [f"{most / 2**20:.1f}", f"{least / 2**20:.1f}", f"{most / least:.2f}"]
        rows.append(row)
    return rows


def overhead(cell: Cell, steps: int, batch: int, pairs: int = 5) -> float:
    """Return the median CPU time with checkpoints over that without, in interleaved pairs."""
    xs, dh = inputs(cell, steps, batch)
    ratios = []
    for _ in range(pairs):
        seconds = []
        for checkpoint in (False, True):
            start = time.process_time()
            pass_of(cell, xs, dh, checkpoint)()
            seconds.append(time.process_time() - start)
        ratios.append(seconds[1] / seconds[0])
    return float(np.median(ratios))


def curve_table(kind: type[Cell]) -> list[list[str]]:
    """Return the peak with and without checkpoints over T, and what they cost in CPU time."""
    batch, D, size = CURVE
    cell = kind(D, size, rng=np.random.default_rng(0))
    rows = []
    for steps in STEPS:
        xs, dh = inputs(cell, steps, batch)
        plain, saved = (peak(pass_of(cell, xs, dh, checkpoint))[0] for checkpoint in (False, True))
        times, cost = plain / saved, overhead(cell, steps, batch)
        numbers = (f"{plain / 2**20:.1f}", f"{saved / 2**20:.1f}", f"{times:.1f}", f"{cost:.2f}")
        rows.append([kind.__name__, str(steps), *numbers])
    return rows


def main() -> None:
    """Measure, print, and store."""
    sizes = table(
        ["T, B, D, H", "LSTM MiB", "stored", "÷", "GRU MiB", "stored", "÷"],
        [
            [f"**{row[0].split()[0]}** {' '.join(row[0].split()[1:])}", *row[1:]]
            for row in sizes_table()
        ],
    )
    batch, D, size = CURVE
    curve = table(
        ["cell", "T", "MiB", "MiB, `checkpoint=True`", "times less", "CPU time, ratio"],
        curve_table(LSTM) + curve_table(GRU),
    )
    report(
        "memory",
        f"""## Memory

Peak of forward and backward beside what backpropagation through time must store (the trace
that the backward pass reads, and what it returns; `stored_minimum` in `memory.py`), float32.
Goal: at most 1.4 times, from 1 MiB up.

{sizes}

With checkpoints, float64, B={batch}, D={D}, H={size}. Goal for the LSTM: at T=3200 at least 6
times less. A GRU stores fewer letters, so there is less to save: h and ∂L/∂x stay.

{curve}
""",
    )


if __name__ == "__main__":
    main()
