"""What the explorer says: powers of ten, and one sentence on what it shows."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from ..packing import shown, superscript
from .data import CELLS, WORDS, Reader

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
        exponents = {cell: reader.exponent(cell, length) for cell in CELLS}
        return of_norms(exponents, length, reader.data["steps"])
    return of_spectra({cell: reader.spectra[cell].modulus for cell in CELLS})


def of_norms(exponents: Mapping[str, int], length: int, steps: int) -> str:
    """Return the error signal so many steps back in each cell, and what that comes to."""
    sizes = list(exponents.values())
    left = [power(n) for n in sizes]
    through, grown = _where(exponents, HUNDREDTH), _where(exponents, THOUSAND)
    if grown:
        verdict = _filled(WORDS["grown"], _listed(grown))
    elif not through and max(sizes) - min(sizes) < ALIKE:
        verdict = WORDS["alike"]
    else:
        verdict = _filled(WORDS["through"][len(through)], _listed(through))
    return _filled(WORDS["norms"], str(length), str(steps), *left, verdict)


def of_spectra(moduli: Mapping[str, int]) -> str:
    """Return where the largest eigenvalues are, and what that comes to."""
    beyond = _where(moduli, 101)
    verdict = _filled(WORDS["beyond"], _listed(beyond)) if beyond else WORDS["within"]
    return _filled(WORDS["spectrum"], *(shown(n, 2) for n in moduli.values()), verdict)


def _filled(template: str, *parts: str) -> str:
    """Return a template with a part in the place of each #, as far as there is one."""
    for part in parts:
        template = template.replace("#", part, 1)
    return template


def _where(numbers: Mapping[str, int], least: int) -> list[str]:
    return [cell for cell, number in numbers.items() if number >= least]


def _listed(cells: Sequence[str]) -> str:
    return " and ".join(f"the {cell}" for cell in cells)
