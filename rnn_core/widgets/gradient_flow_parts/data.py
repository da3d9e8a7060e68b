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
        "batch": grid.batch,
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
        "norms": {name: _norms(grid, name, list(lags)) for name in names},
        "spectra": {name: _spectra(grid, name) for name in names if name != "LSTM c"},
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
        count = len(self.data["lags"])
        mean, below, above = (
            unpack(text)[at * count : (at + 1) * count] for text in self.data["norms"][name]
        )
        low = [m - b for m, b in zip(mean, below, strict=True)]
        return Curve(mean, low, [m + a for m, a in zip(mean, above, strict=True)])

    def _spectrum(self, cell: str) -> Spectrum:
        name, at = self._place(cell)
        start, real, imaginary, singular, modulus = map(unpack, self.data["spectra"][name])
        size = self.data["units"] * (2 if cell == "LSTM" else 1)
        return Spectrum(
            real[start[at] : start[at + 1]],
            imaginary[start[at] : start[at + 1]],
            singular[at * size : (at + 1) * size],
            modulus[at],
        )


def _says_bias(bias: float) -> str:
    """Return a bias, and the part of the state it lets an untrained gate keep."""
    sign = "−" if bias < 0 else ""
    percent = 100 / (1 + np.exp(-bias))
    return f"{sign}{abs(bias):g}: keeps {shown(round(10 * percent), 1)} %"


def _settings(grid: GradientGrid, name: str) -> list[tuple[str, float, float]]:
    values = grid.radii if name in OF_RADIUS else grid.biases
    return [(name, value, scale) for scale in grid.inputs for value in values]


def _norms(grid: GradientGrid, name: str, lags: list[int]) -> list[str]:
    """Return the mean, how far below it the least is, and how far above it the largest."""
    found = np.array([grid.norms[setting][:, lags] for setting in _settings(grid, name)])
    mean, low, high = (_hundredths(kind(found, axis=1)) for kind in (np.mean, np.min, np.max))
    return [pack(mean), pack(mean - low), pack(high - mean)]


def _spectra(grid: GradientGrid, name: str) -> list[str]:
    """Return where the eigenvalues of each setting start, both their parts, and the rest.

    Of a complex pair one half is sent.
    """
    settings = _settings(grid, name)
    half = [_upper(grid.eigenvalues[setting]) for setting in settings]
    together = np.concatenate(half)
    return [
        pack(np.cumsum([0, *map(len, half)])),
        pack(_hundredths(np.real(together))),
        pack(_hundredths(np.imag(together))),
        pack(_hundredths(np.array([grid.singular_values[s] for s in settings]))),
        pack(_hundredths(np.array([np.abs(found).max() for found in half]))),
    ]


def _upper(values: Any) -> np.ndarray:
    """Return the complex numbers with no negative imaginary part, in order."""
    return np.sort(values[values.imag >= 0])


def _hundredths(values: np.ndarray) -> np.ndarray:
    return np.rint(100 * values).astype(np.int64)
