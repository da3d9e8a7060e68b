"""How much of an error signal is left many steps back, for a grid of untrained cells.

The gradient is a unit vector at the last step and is followed back to step 0, in an RNN for each
spectral radius and in an LSTM and a GRU for each bias of the gate that keeps the state. The same
seeds are drawn for every setting, so that two settings differ by nothing else.

The numbers depend on how weights start: see untrained.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import product

import numpy as np

from .. import checks
from . import untrained
from .spectra import eigenvalues, singular_values
from .untrained import ACTIVATIONS, GATED, Setting

RADII = (0.5, 0.8, 0.9, 1.0, 1.1, 1.3, 1.5, 2.0, 3.0)
BIASES = (-1.0, 0.0, 1.0, 2.0, 3.0, 4.0, 5.0)
INPUTS = (0.0, 0.1, 1.0)


@dataclass(frozen=True, eq=False)
class GradientGrid:
    """What is left of a unit gradient in every setting, and the Jacobian of one of its steps.

    A setting is a name ("tanh" or "logistic" for an RNN, "LSTM", "GRU"), a spectral radius or a
    bias, and the standard deviation of the inputs.

    Attributes
    ----------
    radii, biases, inputs : tuple of float
    hidden_size, input_size, spectrum_size, steps, batch : int
    seeds : tuple of int
    norms : dict of arrays, each (seeds, steps + 1)
        By setting: log10 of the norm of ∂L/∂h by lag, from 0 to `steps`. Under the name "LSTM c"
        that of ∂L/∂c.
    eigenvalues, singular_values : dict of arrays, each (S,)
        By setting, of the Jacobian of the last step of the first seed. S is `spectrum_size`, and
        twice that for the LSTM, whose state is h and c.

    Examples
    --------
    >>> grid = gradient_grid(radii=[1], biases=[0], inputs=[1], hidden_size=4, steps=9)
    >>> grid.norms["GRU", 0.0, 1.0].shape
    (10, 10)
    """

    radii: tuple[float, ...]
    biases: tuple[float, ...]
    inputs: tuple[float, ...]
    hidden_size: int
    input_size: int
    spectrum_size: int
    steps: int
    batch: int
    seeds: tuple[int, ...]
    norms: dict[Setting, np.ndarray] = field(default_factory=dict, repr=False)
    eigenvalues: dict[Setting, np.ndarray] = field(default_factory=dict, repr=False)
    singular_values: dict[Setting, np.ndarray] = field(default_factory=dict, repr=False)

    def including(self, *, radius: float | None = None, bias: float | None = None) -> GradientGrid:
        """Return a grid that has this radius and this bias too; what is known is not redone.

        Raises
        ------
        TypeError, ValueError
            If `radius` is not above 0, or `bias` is no finite number.

        Examples
        --------
        >>> grid = gradient_grid(radii=[1], biases=[0], inputs=[1], hidden_size=4, steps=9)
        >>> grid.including(radius=0.95).radii
        (0.95, 1.0)
        """
        radii = [] if radius is None else [checks.positive("radius", radius)]
        biases = [] if bias is None else [checks.real("bias", bias)]
        return _filled(
            replace(
                self,
                radii=tuple(sorted({*self.radii, *radii})),
                biases=tuple(sorted({*self.biases, *biases})),
            )
        )


def gradient_grid(
    *,
    radii: Iterable[float] = RADII,
    biases: Iterable[float] = BIASES,
    inputs: Iterable[float] = INPUTS,
    hidden_size: int = 64,
    input_size: int = 16,
    spectrum_size: int = 32,
    steps: int = 150,
    batch: int = 2,
    seeds: Sequence[int] = range(10),
) -> GradientGrid:
    """Follow a unit gradient back through an RNN, an LSTM and a GRU, for every setting.

    Parameters
    ----------
    radii : sequence of float
        Spectral radii of W_hh of the RNN, above 0.
    biases : sequence of float
        Biases of the gate that keeps the state: b_f = bias in the LSTM, b_z = −bias in the GRU.
    inputs : sequence of float
        Standard deviations of the inputs, 0 or more.
    hidden_size, input_size : int
    spectrum_size : int
        The units of the cells whose Jacobian is taken.
    steps : int
        The longest way back.
    batch : int
        Sequences for each seed. The norm is averaged over them before its logarithm is taken.
    seeds : sequence of int
        0 or more each.

    Returns
    -------
    GradientGrid

    Raises
    ------
    TypeError, ValueError
        If a sequence is empty, or an argument is out of its range.

    Notes
    -----
    Source: Hochreiter (1991) and Bengio, Simard and Frasconi (1994), who asked how the gradient
    decays over time; Glorot and Bengio (2010) and Saxe, McClelland and Ganguli (2014) for how the
    weights start.

    Examples
    --------
    With a bias of 0 both gated cells lose about 15 orders of magnitude over 100 steps:

    >>> grid = gradient_grid(radii=[1], biases=[0], inputs=[1], steps=100, seeds=range(5))
    >>> [grid.norms[name, 0.0, 1.0][:, 100].mean().round().item() for name in ("LSTM", "GRU")]
    [-15.0, -15.0]
    """
    grid = GradientGrid(
        _values("radii", radii),
        _values("biases", biases),
        _values("inputs", inputs),
        checks.size("hidden_size", hidden_size),
        checks.size("input_size", input_size),
        checks.size("spectrum_size", spectrum_size),
        checks.size("steps", steps),
        checks.size("batch", batch),
        tuple(checks.at_least("seeds", seed, 0) for seed in checks.sequence("seeds", seeds)),
    )
    checks.positive("radii", grid.radii[0])
    if grid.inputs[0] < 0:
        raise ValueError(f"inputs must be 0 or more; got {grid.inputs[0]}")
    if not grid.seeds:
        raise ValueError("seeds must have at least one seed; got none")
    return _filled(grid)


def _filled(grid: GradientGrid) -> GradientGrid:
    """Return the grid with the settings computed that it lacks."""
    norms, roots, stretches = (
        dict(known) for known in (grid.norms, grid.eigenvalues, grid.singular_values)
    )
    of_rnn = product(ACTIVATIONS, grid.radii, grid.inputs)
    for setting in (*of_rnn, *product(GATED, grid.biases, grid.inputs)):
        if setting in norms:
            continue
        shape = (grid.steps + 1, grid.batch, grid.input_size)
        by_seed = [
            untrained.log_norms(setting, shape, grid.hidden_size, seed) for seed in grid.seeds
        ]
        norms[setting] = np.array([found[0] for found in by_seed])
        if len(by_seed[0]) > 1:
            norms["LSTM c", *setting[1:]] = np.array([found[1] for found in by_seed])
        step = untrained.last_jacobian(setting, shape, grid.spectrum_size, grid.seeds[0])
        roots[setting], stretches[setting] = eigenvalues(step), singular_values(step)
    return replace(grid, norms=norms, eigenvalues=roots, singular_values=stretches)


def _values(name: str, given: Iterable[float]) -> tuple[float, ...]:
    """Return different finite numbers in rising order."""
    values = tuple(sorted({checks.real(name, value) for value in checks.sequence(name, given)}))
    if not values:
        raise ValueError(f"{name} must have at least one value; got none")
    return values
