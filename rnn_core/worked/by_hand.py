"""Three steps forward and back, one operation at a time, with every number by its name.

Nothing here calls a cell: forward, each row of the table is computed by its formula; back, each
local derivative is computed by its own, multiplied with what has arrived, and the paths that meet
are added. The tests hold the totals against `cell.backward`, finite differences and PyTorch.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

import numpy as np

from .. import checks
from ..cell import Cell
from ..cells import GRU, LSTM, RNN
from .formula import Formula
from .lines import Line, Path, digits, joined
from .numbers import START, WEIGHTS
from .tables import TABLES, Quantity


class Worked:
    """A worked example: every number of it by name, and every operation in order.

    Attributes
    ----------
    name : str
        Which example.
    given : dict of float
        The weights, the start, the inputs ``x_t`` and the targets ``y_t``.
    steps : int
        How many.
    values : dict of float
        What is given and what was computed forward, by names such as ``h_2`` and ``a_f,2``.
    slopes : dict of float
        The local derivatives, by pairs: ``slopes["h_1", "a_2"]`` is ∂a_2/∂h_1.
    gradients : dict of float
        ∂L/∂ of every quantity, of the start and of every parameter, over all paths.
    shares : dict of float
        What each step adds to a parameter's gradient: ``shares["W_hh", 2]``.
    lines : list of Line
        All operations in the order in which they are done.

    Examples
    --------
    >>> from rnn_core.worked import example
    >>> print(example("rnn"))  # doctest: +ELLIPSIS
    a_1 = W_hx·x_1 + W_hh·h_0 + b_h = 0.5 × 1 + 0.8 × 0.5 + 0.1 = 1.0000
    ...
    """

    def __init__(self, name: str, given: Mapping[str, float], steps: int) -> None:
        self.name, self.given, self.steps = name, dict(given), steps
        self.table = TABLES[name]
        self.values = dict(given)
        self.slopes: dict[tuple[str, str], float] = {}
        self.gradients = {f"L_{t}": 1.0 for t in range(1, steps + 1)}
        self.shares: dict[tuple[str, int], float] = {}
        self._printed: dict[tuple[str, str], str] = {}
        self.lines = [*self._forward(), *self._backward(), *self._totals()]

    @property
    def parameters(self) -> list[str]:
        """The names of the parameters."""
        return [name for name in self.given if name in WEIGHTS[self.name]]

    @property
    def loss(self) -> float:
        """The sum of the losses of the steps."""
        return sum(self.values[f"L_{t}"] for t in range(1, self.steps + 1))

    def __str__(self) -> str:
        return "\n".join(map(str, self.lines))

    def __repr__(self) -> str:
        return f"<Worked {self.name} T={self.steps} loss={self.loss:.4f}>"

    def label(self, name: str, t: int) -> str:
        """Return how a name of the table is called at step `t`, from 1 on.

        Examples
        --------
        >>> from rnn_core.worked import example
        >>> lstm = example("lstm")
        >>> lstm.label("h0", 2), lstm.label("a_f", 2), lstm.label("W_fh", 2)
        ('h_1', 'a_f,2', 'W_fh')
        """
        if name in WEIGHTS[self.name]:
            return name
        if name.endswith("0"):
            return f"{name[:-1]}_{t - 1}"
        return f"{name}{',' if '_' in name else '_'}{t}"

    def shown(self, name: str) -> str:
        """Return a value as printed: as it was given, or with four digits."""
        if name not in self.given:
            return digits(self.values[name])
        text = f"{self.given[name]:.4f}".rstrip("0").rstrip(".").replace("-", "−")
        return "0" if text == "−0" else text

    def factor(self, name: str, to: str) -> str:
        """Return the local derivative of one quantity by another as printed.

        Examples
        --------
        >>> from rnn_core.worked import example
        >>> rnn = example("rnn")
        >>> rnn.factor("h_1", "a_2"), rnn.factor("a_2", "h_2")
        ('0.8', '0.4465')
        """
        return self._printed[name, to]

    def consumers(self, name: str, t: int) -> list[tuple[str, Quantity, str, int]]:
        """Return what is computed from a quantity: label, row, its name there, and the step."""
        here = [(row, name, t) for row in self.table if name in row.slopes and t > 0]
        old = f"{name}0"
        later = [(row, old, t + 1) for row in self.table if old in row.slopes and t < self.steps]
        return [(self.label(row.name, s), row, to, s) for row, to, s in [*here[::-1], *later]]

    def paths(self, parameter: str) -> list[Path]:
        """Return every path from a loss back to a parameter, the shortest first."""
        checks.choice("parameter", parameter, self.parameters)
        found = [
            path
            for t in range(self.steps, 0, -1)
            for row in self.table
            if parameter in row.slopes
            for path in self._to_loss((self.label(row.name, t), parameter), row.name, t)
        ]
        return sorted(found, key=lambda path: len(path.names))

    def cell(self) -> Cell:
        """Return the same cell of `rnn_core`, with these weights."""
        rng = np.random.default_rng(0)  # every parameter is replaced
        reset = "before" if self.name == "gru before" else "after"
        cell: Cell
        if self.name == "rnn":
            cell = RNN(1, 1, rng=rng)
        elif self.name == "lstm":
            cell = LSTM(1, 1, rng=rng)
        else:
            cell = GRU(1, 1, rng=rng, reset=reset, recurrent_bias=reset == "after")
        for name, value in cell.params.items():
            value[...] = self.given[name]
        return cell

    def _line(self, kind: str, name: str, formula: Formula, t: int, about: Any) -> Line:
        """Compute a formula at step `t`, and print it."""
        numbers = {key: self.values[self.label(key, t)] for key in formula.names}
        written = {key: self.shown(self.label(key, t)) for key in formula.names}
        line = Line(
            kind,
            name,
            formula.spell(lambda key: self.label(key, t)),
            formula.spell(written.__getitem__, " × "),
            formula.value(numbers),
            about,
        )
        if kind == "slope":
            self._printed[about] = line.numbers if line.plain else digits(line.value)
        return line

    def _forward(self) -> Iterator[Line]:
        for t in range(1, self.steps + 1):
            for row in self.table:
                label = self.label(row.name, t)
                line = self._line("value", label, row.formula, t, (label,))
                self.values[label] = line.value
                yield line

    def _backward(self) -> Iterator[Line]:
        for t in range(self.steps, 0, -1):
            for row in reversed(self.table[:-1]):  # the last row is the loss
                yield from self._gather(row.name, t)
        for name in self.given:
            if name in START:
                yield from self._gather(name[0], 0)

    def _gather(self, name: str, t: int) -> Iterator[Line]:
        """Bring back what each consumer of a quantity sends, and add it up."""
        label = self.label(name, t)
        consumers = self.consumers(name, t)
        arrived, ways = [], {}
        for to, row, key, step in consumers:
            slope = self._line("slope", f"∂{to}/∂{label}", row.slopes[key], step, (label, to))
            self.slopes[label, to] = slope.value
            yield slope
            value = self.gradients[to] * slope.value
            arrived.append((to, value))
            through = f"∂L/∂{label}" + (f" through {to}" if len(consumers) > 1 else "")
            factors = (f"∂L/∂{to}", slope.name), (self.gradients[to], slope.value)
            if row.name == "L":  # ∂L/∂L_t is 1
                factors = (slope.name,), (slope.value,)
            formula, numbers = joined("·", " × ", *factors, last=self._printed[label, to])
            ways[to] = formula
            yield Line("path", through, formula, numbers, value, (label, to))
        self.gradients[label] = sum(value for _, value in arrived)
        if len(arrived) > 1:
            words = [ways[to] for to, _ in arrived]
            written = joined(" + ", " + ", words, [value for _, value in arrived])
            yield Line("sum", f"∂L/∂{label}", *written, self.gradients[label], (label,))

    def _totals(self) -> Iterator[Line]:
        for name in self.parameters:
            (row,) = (row for row in self.table if name in row.slopes)
            shares, words = [], []
            for t in range(self.steps, 0, -1):
                to = self.label(row.name, t)
                slope = self._line("slope", f"∂{to}/∂{name}", row.slopes[name], t, (name, to))
                self.slopes[name, to] = slope.value
                self.shares[name, t] = self.gradients[to] * slope.value
                shares.append(self.shares[name, t])
                factors = (f"∂L/∂{to}", slope.formula), (self.gradients[to], slope.value)
                if slope.formula == "1":  # a bias
                    factors = (f"∂L/∂{to}",), (self.gradients[to],)
                written = joined(
                    "·", " × ", *factors, last="" if slope.formula == "1" else slope.numbers
                )
                words.append(written[0])
                yield Line("share", f"∂L/∂{name} at {t}", *written, shares[-1], (name, to))
            self.gradients[name] = sum(shares)
            written = joined(" + ", " + ", words, shares)
            yield Line("total", f"∂L/∂{name}", *written, self.gradients[name], (name,))

    def _to_loss(self, names: tuple[str, ...], name: str, t: int) -> Iterator[Path]:
        """Walk from a quantity to every loss; `names` is the way so far, its end first."""
        for to, row, _, step in self.consumers(name, t):
            way = (to, *names)
            if row.name == "L":
                slopes = tuple(self.slopes[b, a] for a, b in pairwise(way))
                yield Path(way, slopes, float(np.prod(slopes)))
            else:
                yield from self._to_loss(way, row.name, step)
