"""What the explorer says: powers of ten, and one sentence on what it shows."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from ..packing import shown, superscript
from .data import CELLS, Reader

HUNDREDTH, THOUSAND = -200, 300  # their log10, in hundredths
NEAR = 300  # up to here from 1, a power of ten is written out
ALIKE = 500  # cells whose exponents lie within 5 are said to be alike
FLOOR = -30000  # nothing smaller was measured


def power(exponent: int) -> str:
    """Return ten to a power in hundredths, in digits near 1 and else as a power of ten.

    Examples
    --------
    >>> power(-2249), power(-7), power(120), power(1660), power(-30000)
    ('10⁻²²', '0.85', '16', '10¹⁷', 'below 10⁻³⁰⁰')
    """
    if exponent <= FLOOR:
        return "below 10" + superscript(FLOOR // 100)
    if abs(exponent) <= NEAR:
        value = 10 ** (exponent / 100)
        return f"{value:#.2g}" if exponent < 100 else str(math.floor(value + 0.5))
    return "10" + superscript((exponent + 50) // 100)


def spread(low: int, high: int) -> str:
    """Return the range over the seeds, if it shows."""
    return "" if power(low) == power(high) else f"{power(low)} to {power(high)}"


def saying(view: str, reader: Reader, length: int) -> str:
    """Return one sentence or two on what the figure shows."""
    if view == "norms":
        return of_norms({cell: reader.exponent(cell, length) for cell in CELLS}, length)
    return of_spectra({cell: reader.spectra[cell].modulus for cell in CELLS})


def of_norms(exponents: Mapping[str, int], length: int) -> str:
    """Return how much of the error signal reaches step 0 in each cell, and what that comes to."""
    left = [power(n) + (" times as much" if n > 0 else "") for n in exponents.values()]
    through = [cell for cell in CELLS if exponents[cell] >= HUNDREDTH]
    grown = [cell for cell in CELLS if exponents[cell] >= THOUSAND]
    if grown:
        verdict = f"It explodes in {_listed(grown)}."
    elif len(through) == len(CELLS):
        verdict = "All three let a hundredth or more through."
    elif through:
        lets = "lets" if len(through) == 1 else "let"
        verdict = f"Only {_listed(through)} {lets} a hundredth or more through."
    else:
        alike = max(exponents.values()) - min(exponents.values()) < ALIKE
        verdict = f"{'They hardly differ: none' if alike else 'None'} lets a hundredth through."
    return (
        f"Of the error signal at step {length}, {left[0]} reaches step 0 in the RNN, "
        f"{left[1]} in the LSTM and {left[2]} in the GRU. {verdict}"
    )


def of_spectra(moduli: Mapping[str, int]) -> str:
    """Return where the largest eigenvalues are, and what that comes to."""
    sizes = [shown(n, 2) for n in moduli.values()]
    beyond = [cell for cell in CELLS if moduli[cell] > 100]
    if beyond:
        verdict = (
            f"Beyond the unit circle: {_listed(beyond)}. Repeated, this step would let it grow."
        )
    else:
        verdict = "None is beyond the unit circle: repeated, this step would let it fade."
    return (
        f"One step back multiplies the error signal by a matrix. Its largest eigenvalue has size "
        f"{sizes[0]} in the RNN, {sizes[1]} in the LSTM and {sizes[2]} in the GRU. {verdict}"
    )


def _listed(cells: Sequence[str]) -> str:
    return " and ".join(f"the {cell}" for cell in cells)
