"""Every pair of conventions: how far off h is, and h of one unit as written and as read."""

from __future__ import annotations

import statistics
from typing import Any, NamedTuple

import numpy as np

from rnn_core.cell import Cell
from rnn_core.interop import Convention
from rnn_core.interop.twins import resets_alike

from ..packing import pack
from . import words
from .reading import (
    hidden,
    is_outline,
    marks,
    random_cell,
    read_as,
    refusal,
    rows_of,
    with_reset,
)

DRAWS, STEPS = 5, 40
EXACT = 1e-9  # h that is off by less is the same
D, H = 4, 8  # of the cells that are run, if none is given
INPUTS = (1, 2, 3, 4, 8, 16, 32, 64, 128, 256)
UNITS = (2, 4, 8, 16, 32, 64, 128, 256, 512)


class Run(NamedTuple):
    """What one convention's weights compute over the same five draws."""

    cells: list[Cell]
    xs: list[np.ndarray]  # of (T, D)
    hs: list[np.ndarray]  # of (T, H)


class Pair(NamedTuple):
    """One convention's weights read as another's: how far off each draw is, or why they are not."""

    off: list[float]
    hs: np.ndarray | None  # (T, H) of the first draw
    refused: str  # why the weights cannot even be read
    no_conversion: str  # why a converter refuses the cell
    resets_alike: bool = False  # whether r may act before or after the product

    @property
    def exact(self) -> bool:
        """Whether h is the same, however the weights are read."""
        return bool(self.off) and max(self.off) < EXACT


def runs(kind: str, seed: int, cell: Cell | None) -> dict[str, Run]:
    """Return what each convention's cells compute: five random ones, or one on five inputs."""
    found = {}
    for name, row in rows_of(kind).items():
        cells, xs = [], []
        for k in range(DRAWS):
            rng = np.random.default_rng(seed + k)
            random = cell is None or is_outline(row)
            size = (D, H) if cell is None else (cell.input_size, cell.hidden_size)
            drawn = random_cell(row, rng, *size)
            cells.append(drawn if random or cell is None else with_reset(cell, row))
            xs.append(rng.normal(size=(STEPS, size[0])))
        found[name] = Run(cells, xs, [hidden(*one) for one in zip(cells, xs, strict=True)])
    return found


def pair(run: Run, written: Convention, read: Convention) -> Pair:
    """Return what comes of reading the cells of `run`, written one way, the other way."""
    try:
        others = [read_as(cell, written, read) for cell in run.cells]
    except ValueError as error:
        return Pair([], None, str(error), str(error))
    hs = [hidden(*one) for one in zip(others, run.xs, strict=True)]
    off = [float(np.abs(a - b).max()) for a, b in zip(hs, run.hs, strict=True)]
    return Pair(off, hs[0], "", refusal(run.cells[0], read), resets_alike(run.cells[0]))


def build(kind: str, seed: int, cell: Cell | None, unit: int) -> dict[str, Any]:
    """Return what the figure shows; h travels in thousandths."""
    rows, every = rows_of(kind), runs(kind, seed, cell)
    pairs = []
    for name, written in rows.items():
        for read in rows.values():
            found = pair(every[name], written, read)
            verdict, said = words.saying(written, read, found, every[name].hs, cell is not None)
            pairs.append(
                {
                    "marks": [] if found.refused else marks(written, read),
                    "verdict": verdict,
                    "said": said,
                    "off": round(statistics.median(found.off), 4) if found.off else None,
                    "h": "" if found.hs is None or found.exact else thousandths(found.hs[:, unit]),
                }
            )
    return {
        "cell": kind,
        "seed": seed,
        "given": cell is not None,
        "unit": unit,
        "size": every[next(iter(rows))].xs[0].shape[1:] + every[next(iter(rows))].hs[0].shape[1:],
        "rows": [*rows],
        "h": [thousandths(run.hs[0][:, unit]) for run in every.values()],
        "pairs": pairs,
    }


def thousandths(values: np.ndarray) -> str:
    """Return values from −1 to 1 as packed whole thousandths."""
    return pack(np.rint(values * 1000).astype(int))


def measure(shape: str, inputs: int, units: int) -> list[int]:
    """Return a shape in D, H and numbers as numbers.

    Examples
    --------
    >>> measure("(1, 3·H, D)", 4, 8)
    [1, 24, 4]
    """
    sizes = []
    for part in shape.strip("()").split(","):
        if part.strip():
            factors = ({"D": inputs, "H": units}.get(k) or int(k) for k in part.strip().split("·"))
            sizes.append(int(np.prod([*factors])))
    return sizes


def spelled(sizes: list[int]) -> str:
    """Return a shape as Python writes it."""
    return str(tuple(sizes))
