"""Functions to sweep, in a module of their own: other processes import it."""

import os
import signal
import time
import uuid
from pathlib import Path

import numpy as np


def product(rng, size, scale=1.0):
    """Return numbers whose last bits depend on the order in which a product is summed."""
    matrix = rng.normal(size=(size, size)).astype(np.float32)
    return {"norm": scale * np.linalg.norm(matrix @ matrix), "first": matrix[0, 0]}


def logged(log):
    """Return a function that leaves one file in `log` each time it runs to its end."""

    def run(rng, x):
        value = x + rng.normal()
        note(log, x)
        return {"value": value}

    return run


def held(log, go):
    """Return a function that waits for the file `go` when `x` is above 3."""

    def run(rng, x):
        value = x + rng.normal()
        while x > 3 and not Path(go).exists():
            time.sleep(0.01)
        note(log, x)
        return {"value": value}

    return run


def deadly(log, killed, when, folder):
    """Return a function that kills its process in the middle of x = 3, if `when` says so.

    `when` is "once" or "always". It waits first until `folder` has the results of three others.
    """

    def run(rng, x):
        value = x + rng.normal()
        if x == 3 and (when == "always" or not Path(killed).exists()):
            wait_for(folder, 4, "*.json")
            Path(killed).write_text(str(os.getpid()))
            os.kill(os.getpid(), signal.SIGKILL)
        note(log, x)
        return {"value": value}

    return run


def note(log, x):
    Path(log, f"{x}-{uuid.uuid4().hex}").touch()


def runs_of(log):
    """Return the x of each run that came to its end, sorted."""
    return sorted(int(path.name.partition("-")[0]) for path in Path(log).iterdir())


def wait_for(folder, count, pattern, ended=lambda: None):
    """Wait until `folder` has so many files."""
    deadline = time.monotonic() + 60
    while len(list(Path(folder).glob(pattern))) < count:
        if time.monotonic() > deadline or ended() is not None:
            raise TimeoutError(f"fewer than {count} files in {folder}")
        time.sleep(0.01)
