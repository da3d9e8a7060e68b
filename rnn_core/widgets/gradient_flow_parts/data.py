"""What the vanishing-gradient explorer shows, as one compact dictionary, and how to read it.

Exponents, eigenvalues and singular values are rounded here, once, to hundredths. The figure is
drawn from the dictionary, as its script does, so both show what was sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from rnn_core.diagnostics import GradientGrid

from ..packing import pack, shown, unpack

CELLS = ("RNN", "LSTM", "GRU")
LINES = ("RNN", "LSTM", "LSTM c", "GRU")
OF_RADIUS = ("tanh", "logistic")
# What the figure says; each # stands for a number or for names of cells.
WORDS = {
    "norms": "After # steps back, of a sequence of #, an error signal of size 1 has size # in the "
    "RNN, # in the LSTM and # in the GRU. #",
    "spectrum": "One step back multiplies the error signal by a matrix. Its largest eigenvalue "
    "has size # in the RNN, # in the LSTM and # in the GRU. #",
    "grown": "It explodes in #.",
    "alike": "They hardly differ: none lets a hundredth through.",
    "through": [
        "None lets a hundredth through.",
        "Only # lets a hundredth or more through.",
        "Only # let a hundredth or more through.",
        "All three let a hundredth or more through.",
    ],
    "beyond": "Beyond the unit circle: #. Repeated, this step would let it grow.",
    "within": "None is beyond the unit circle: repeated, this step would let it fade.",
}


class Curve(NamedTuple):
    """log10 of a norm by lag, in hundredths: the mean, the least and the largest over seeds."""

    mean: list[int]
    low: list[int]
    high: list[int]


class Spectrum(NamedTuple):
    """Eigenvalues with no negative imaginary part, singular values, the largest modulus."""

    real: list[int]
    imaginary: list[int]
    singular: list[int]
    modulus: int


def build(grid: GradientGrid) -> dict[str, Any]:
    """Return the data of the explorer."""
    lags = range(0, grid.steps + 1, max(1, grid.steps // 30))
    lengths = [lag for lag in lags if lag >= min(10, grid.steps)]
    names = dict.fromkeys(name for name, _, _ in grid.norms)
    return {
        "steps": grid.steps,
        "seeds": len(grid.seeds),
        "size": grid.hidden_size,
        "inputs": grid.input_size,
        "units": grid.spectrum_size,
        "lags": list(lags),
        "values": {
            "radius": list(grid.radii),
            "bias": list(grid.biases),
            "input_scale": list(grid.inputs),
            "length": lengths,
        },
        "says": {
            "radius": [f"{radius:g}" for radius in grid.radii],
            "bias": [_says_bias(bias) for bias in grid.biases],
            "length": [f"{length} steps" for length in lengths],
        },
        "words": WORDS,
        "norms": {
            name: [_norms(grid.norms[key][:, list(lags)]) for key in _settings(grid, name)]
            for name in names
        },
        "spectra": {
            name: [_spectrum(grid, key) for key in _settings(grid, name)]
            for name in names
            if name != "LSTM c"
        },
    }


class Reader:
    """The numbers in the data of an explorer, at one of its settings."""

    def __init__(
        self, data: Mapping[str, Any], activation: str, radius: float, bias: float, scale: float
    ) -> None:
        self.data = data
        values = data["values"]
        self.places = {
            "radius": values["radius"].index(radius),
            "bias": values["bias"].index(bias),
            "input_scale": values["input_scale"].index(scale),
        }
        self.activation = activation
        self.curves = {name: self._curve(name) for name in LINES}
        self.spectra = {name: self._spectrum(name) for name in CELLS}

    def exponent(self, line: str, lag: int) -> int:
        """Return the mean log10 of what is left, in hundredths, after a lag that was kept."""
        return self.curves[line].mean[self.data["lags"].index(lag)]

    def _place(self, line: str) -> tuple[str, int]:
        """Return the key of a line, and where its setting is among all of that key."""
        axis = "radius" if line == "RNN" else "bias"
        at = self.places["input_scale"] * len(self.data["values"][axis]) + self.places[axis]
        return (self.activation if line == "RNN" else line), at

    def _curve(self, line: str) -> Curve:
        name, at = self._place(line)
        mean, below, above = map(unpack, self.data["norms"][name][at])
        low = [m - b for m, b in zip(mean, below, strict=True)]
        return Curve(mean, low, [m + a for m, a in zip(mean, above, strict=True)])

    def _spectrum(self, cell: str) -> Spectrum:
        name, at = self._place(cell)
        real, imaginary, singular, modulus = map(unpack, self.data["spectra"][name][at])
        return Spectrum(real, imaginary, singular, modulus[0])


def _says_bias(bias: float) -> str:
    """Return a bias, and the part of the state it lets an untrained gate keep."""
    sign = "−" if bias < 0 else ""
    percent = 100 / (1 + np.exp(-bias))
    return f"{sign}{abs(bias):g}: keeps {shown(round(10 * percent), 1)} %"


def _settings(grid: GradientGrid, name: str) -> list[tuple[str, float, float]]:
    values = grid.radii if name in OF_RADIUS else grid.biases
    return [(name, value, scale) for scale in grid.inputs for value in values]


def _norms(norms: np.ndarray) -> list[str]:
    """Return the mean over seeds, how far below it the least is, how far above it the largest."""
    mean, low, high = (_hundredths(kind(norms, axis=0)) for kind in (np.mean, np.min, np.max))
    return [pack(mean), pack(mean - low), pack(high - mean)]


def _spectrum(grid: GradientGrid, setting: tuple[str, float, float]) -> list[str]:
    """Return eigenvalues, singular values and the largest modulus; of a pair, one half is sent."""
    every, stretches = grid.eigenvalues[setting], grid.singular_values[setting]
    upper = np.sort(every[np.imag(every) >= 0])
    parts = np.real(upper), np.imag(upper), stretches, np.abs(every[:1])
    return [pack(_hundredths(part)) for part in parts]


def _hundredths(values: np.ndarray) -> np.ndarray:
    return np.rint(100 * values).astype(np.int64)
