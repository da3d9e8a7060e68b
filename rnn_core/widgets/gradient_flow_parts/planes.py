"""The eigenvalues of one step's Jacobian on the complex plane, and its singular values below."""

from __future__ import annotations

from ..charts import text
from ..packing import shown
from .data import CELLS, Reader, Spectrum
from .norms import GATES

MIDDLE, HALF, STRIP = 120, 108, 270  # of the plane; where the singular values are
REACHES = (1.2, 1.5, 2, 2.5, 3, 4, 5, 8, 16, 32, 64)


def reach(reader: Reader) -> float:
    """Return how far the planes reach from 0, the same for all three."""
    spectra = reader.spectra.values()
    largest = max(max(found.modulus, *found.singular) for found in spectra)
    return next((r for r in REACHES if 100 * r >= largest), REACHES[-1])


def planes(reader: Reader) -> str:
    """Return the three planes side by side."""
    return f'<div class="rnnw-planes">{"".join(_plane(reader, cell) for cell in CELLS)}</div>'


def _plane(reader: Reader, cell: str) -> str:
    """Return one plane. Its paths are in hundredths; transforms take them to where they are."""
    unit = HALF / reach(reader)
    found, first, gate = reader.spectra[cell], MIDDLE - HALF, f"gate-{GATES[cell]}"
    size = unit / 100
    return (
        f'<figure class="{gate}" data-plane="{cell}"><svg class="rnnw-chart" '
        f'viewBox="0 -8 240 316" aria-hidden="true">'
        f'<path class="rnnw-grid" d="M{first} {MIDDLE}h{2 * HALF}M{MIDDLE} {first}v{2 * HALF}'
        f'M{MIDDLE} {STRIP}h{HALF}"/>'
        f'<g data-plain transform="translate({MIDDLE} {MIDDLE}) scale({size:.4f})">'
        f'<circle class="rnnw-unit" r="100"/>'
        f'<path class="rnnw-dots" data-eigen d="{_dots(found)}"/></g>'
        f'<g data-strip transform="translate({MIDDLE} {STRIP}) scale({size:.4f} 1)">'
        f'<path class="rnnw-one" d="M100 {MIDDLE - STRIP}V12"/>'
        f'<path class="rnnw-strokes" data-singular d="{_strokes(found)}"/></g>'
        + text(MIDDLE, 4, "↑ imaginary part")
        + text(first, MIDDLE + HALF + 17, "real part →", "start")
        + text(MIDDLE - 8, STRIP + 5, "singular values", "end")
        + text(MIDDLE, STRIP + 28, "0")
        + text(MIDDLE + unit, STRIP + 28, "1", more=" data-one")
        + f'</svg><figcaption><b class="{gate}">{cell}</b>: largest eigenvalue <b data-modulus>'
        f"{shown(found.modulus, 2)}</b>, largest singular value <b data-largest>"
        f"{shown(found.singular[0], 2)}</b></figcaption></figure>"
    )


def _dots(found: Spectrum) -> str:
    """Return a dot for each eigenvalue, and for the other half of each pair."""
    return "".join(
        f"M{real} {-imaginary}h0" + (f"M{real} {imaginary}h0" if imaginary else "")
        for real, imaginary in zip(found.real, found.imaginary, strict=True)
    )


def _strokes(found: Spectrum) -> str:
    return "".join(f"M{value} -7v14" for value in found.singular)
