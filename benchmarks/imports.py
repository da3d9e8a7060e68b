"""The CPU time of `import rnn_core`, beside NumPy's own and Python's start.

python -m benchmarks.imports
"""

from __future__ import annotations

import resource
import subprocess
import sys

import numpy as np

from . import report, table

STATEMENTS = ("pass", "import numpy", "import rnn_core")
ROUNDS = 15
GOAL = 0.25  # seconds


def seconds(statement: str) -> float:
    """Return the CPU time of a new interpreter that runs one statement."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", statement], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)


def main() -> None:
    """Measure, print, and store."""
    for statement in STATEMENTS:
        seconds(statement)  # files into the cache
    times = np.array([[seconds(statement) for statement in STATEMENTS] for _ in range(ROUNDS)])
    rows = []
    for statement, taken in zip(STATEMENTS, times.T, strict=True):
        low, middle, high = np.percentile(taken, [25, 50, 75])
        rows.append([f"`{statement}`", f"{middle:.3f}", f"{low:.3f}–{high:.3f}"])
    rows.append(["rnn_core over NumPy", f"{np.median(times[:, 2] - times[:, 1]):.3f}", ""])
    text = table(["a new interpreter", "CPU seconds", "middle half"], rows)
    report("imports", f"## Import\n\nGoal: under {GOAL} s, NumPy included.\n\n{text}")


if __name__ == "__main__":
    main()
