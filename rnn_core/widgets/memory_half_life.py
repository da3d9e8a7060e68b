"""How long a gate's bias lets a state last, and what half-lives a trained model uses."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import traitlets

from rnn_core import checks

from . import front_end
from .base import Figure
from .half_life import data as half_life_data
from .half_life.data import BIAS_RANGE, BIASES, T_MAX_RANGE, T_MAXES
from .half_life.figure import figure


class MemoryHalfLife(Figure):
    """A forget-gate bias and the half-life it gives, chrono initialisation's, a trained model's.

    Parameters
    ----------
    cell : Cell, optional
        A trained cell with a gate that keeps its state: f, or 1 − z.
    trace : Trace, optional
        What `cell` made of a long text. Each unit's half-life is that of `diagnostics.half_lives`.
    bias : float
        The bias to show first, from −2 to 8: b_f, or −b_z for a cell with z.
    t_max : int
        The longest dependency that chrono initialisation is told of, from 3 to 3000 steps.
    units : int
        How many units chrono initialisation starts.
    rng : numpy.random.Generator, optional
        For their draw; without it every figure shows the same one. It is not advanced.
    name : str
        What the trained model is called, over its row.
    label : str
        The name of the figure.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind or out of its range, only one of `cell` and `trace` is
        given, or they do not belong together.

    Notes
    -----
    With a kernel `bias` and `t_max` may be set to any value in their ranges; a page without one
    has biases from −2 to 7 in steps of 0.1, and `t_max` from 10 to 1000.

    Examples
    --------
    >>> MemoryHalfLife(bias=3)
    <MemoryHalfLife bias=3 half-life=14.27 t_max=100>
    """

    _esm = front_end.module("memory_half_life")
    kind = "memory_half_life"
    stands = ("bias", "t_max")
    bias = traitlets.Float(1.0).tag(sync=True)
    t_max = traitlets.Int(100).tag(sync=True)

    def __init__(
        self,
        cell: Any = None,
        trace: Any = None,
        *,
        bias: float = 1.0,
        t_max: int = 100,
        units: int = 256,
        rng: np.random.Generator | None = None,
        name: str = "Units of a trained model",
        label: str = "How long a state lasts",
    ) -> None:
        rng = np.random.default_rng(0) if rng is None else checks.generator("rng", rng)
        self._rng, self._units = copy.deepcopy(rng), checks.size("units", units)
        used = half_life_data.used_half_lives(cell, trace)
        self._used, self._letter = used, half_life_data.kept_letter(cell)
        self._name = checks.instance("name", name, str)
        bias, t_max = _bias(bias), _t_max(t_max)
        super().__init__(self._with(bias, t_max), label, bias=bias, t_max=t_max)

    def _with(self, bias: float, t_max: int) -> dict[str, Any]:
        """Return the data with one bias and one t_max among those that a page offers."""
        biases, longest = {*BIASES, bias}, {*T_MAXES, t_max}
        built = half_life_data.build(biases, longest, self._units, self._rng, self._used)
        return built | {"letter": self._letter, "name": self._name}

    def draw(self) -> str:
        """Return the inside of the figure as it stands, as markup."""
        return figure(self.data, self.bias, self.t_max)

    @traitlets.validate("bias", "t_max")
    def _in_range(self, proposal: dict[str, Any]) -> Any:
        """Refuse a bias or a t_max that is out of its range."""
        check = _bias if proposal["trait"].name == "bias" else _t_max
        try:
            return check(proposal["value"])
        except ValueError as error:
            raise traitlets.TraitError(str(error)) from error

    @traitlets.observe("bias", "t_max")
    def _compute(self, change: Any) -> None:
        """Compute what the data does not hold yet, a bias between two places of the slider."""
        data: dict[str, Any] = self.data
        if data and not (self.bias in data["bias"] and self.t_max in data["t_max"]):
            self.data = self._with(self.bias, self.t_max)

    def __repr__(self) -> str:
        life = float(half_life_data.diagnostics.half_life_of_bias(self.bias))
        used = "" if self._used is None else f" units={len(self._used)}"
        return (
            f"<MemoryHalfLife bias={self.bias:.4g} half-life={life:.4g} t_max={self.t_max}{used}>"
        )


def _bias(value: object) -> float:
    number, (low, high) = checks.real("bias", value), BIAS_RANGE
    if not low <= number <= high:
        raise ValueError(f"bias must be from {low:g} to {high:g}; got {value}")
    return number


def _t_max(value: object) -> int:
    low, high = T_MAX_RANGE
    whole = checks.at_least("t_max", value, low)
    if whole > high:
        raise ValueError(f"t_max must be from {low} to {high}; got {value}")
    return whole
