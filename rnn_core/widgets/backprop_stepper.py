"""The backprop stepper: three steps forward and back, one local derivative at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import traitlets

from rnn_core import checks
from rnn_core.worked import Worked, example
from rnn_core.worked.tables import TABLES

from . import front_end
from .backprop.data import build
from .backprop.drawing import Graph, Lit
from .backprop.panel import LEGEND, chooser, lighter, now, sums
from .base import Figure
from .controls import time_controls

TITLES = {
    "rnn": "An RNN, three steps forward and back",
    "lstm": "An LSTM, three steps forward and back",
    "gru": "A GRU, three steps forward and back",
    "gru before": "A GRU that resets before the product, three steps forward and back",
}
NUMBERS = ("weights", "start", "xs", "targets")
USUAL = {"rnn": "W_hh", "lstm": "W_fh", "gru": "W_nh", "gru before": "W_nh"}
STEPS = 3


class BackpropStepper(Figure):
    """The worked example of one cell, walked through one operation at a time.

    Forward, each number of the graph is computed; back, each local derivative is multiplied with
    what has arrived, and the paths that meet are added. Below, a parameter's gradient is the sum
    of what the three steps add; for the RNN, also of what each path adds.

    Parameters
    ----------
    example : str
        "rnn", "lstm", "gru" or "gru before", as `rnn_core.worked.example` has them.
    stage : int, optional
        The operation to show first, from 0; by default the last sum of paths at a hidden state.
    parameter : str, optional
        Whose gradient is shown as a sum; by default one that weighs the state.
    path : int
        The path that is lit instead of the operation, from 1; 0 for none. Only the RNN has them.
    weights, start : dict of float, optional
        Those to change, by name. With a kernel they can be set later too, as can `xs` and
        `targets`; everything is then computed anew.
    xs, targets : sequence of 3 floats, optional
        The input and the target of each step.
    label : str, optional
        The name of the figure.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind or out of range, or a name is not known.

    Examples
    --------
    >>> BackpropStepper("rnn", parameter="W_hh")
    <BackpropStepper rnn stage=17 of 0…19: ∂L/∂h_1 = 0.3607; ∂L/∂W_hh = 0.6664>
    """

    _esm = front_end.module("backprop_stepper")
    kind = "backprop_stepper"
    stands = ("stage", "parameter", "path")
    stage = traitlets.Int(0).tag(sync=True)
    parameter = traitlets.Unicode().tag(sync=True)
    path = traitlets.Int(0).tag(sync=True)
    weights = traitlets.Dict()
    start = traitlets.Dict()
    xs = traitlets.List()
    targets = traitlets.List()

    def __init__(
        self,
        example: str = "rnn",
        *,
        stage: int | None = None,
        parameter: str | None = None,
        path: int = 0,
        weights: Mapping[str, float] | None = None,
        start: Mapping[str, float] | None = None,
        xs: Sequence[float] | None = None,
        targets: Sequence[float] | None = None,
        label: str | None = None,
    ) -> None:
        self.example = checks.choice("example", example, tuple(TABLES))
        given = dict(zip(NUMBERS, (weights, start, xs, targets), strict=True))
        self._worked = self._work({k: value for k, value in given.items() if value is not None})
        data = build(self._worked)
        sums = [k for k, op in enumerate(data["ops"]) if op[0] == 2]
        sums = [k for k in sums if data["ops"][k][4].startswith("∂L/∂h_1 ")]
        parameters = self._worked.parameters
        stands = {
            "stage": checks.index("stage", sums[-1] if stage is None else stage, len(data["ops"])),
            "parameter": checks.choice("parameter", parameter or USUAL[example], parameters),
        }
        paths = len(data["totals"][stands["parameter"]].get("paths", ()))
        stands["path"] = checks.index("path", path, paths + 1)
        title = TITLES[example] if label is None else label
        super().__init__(data, title, **stands, **self._numbers())
        self.observe(self._compute, NUMBERS)

    @property
    def worked(self) -> Worked:
        """The worked example that is shown."""
        return self._worked

    def draw(self) -> str:
        """Return the inside of the figure as it stands, as markup."""
        last = len(self.data["ops"]) - 1
        time = time_controls(last, self.stage, letter="k", name="Operation")
        lit = Lit(self.data, self.stage, self.parameter, self.path)
        graph = Graph(self._worked).draw(self.data, self.stage, lit)
        whose = chooser(self._worked.parameters, self.parameter)
        paths = lighter(self.data["totals"][self.parameter], self.path)
        above = f'<div class="rnnw-knobs">{whose}{paths}</div>' if paths else ""
        return (
            f'<div class="rnnw-backprop" data-example="{self.example}">{time}{above}'
            f"{now(self.data, self.stage, self.parameter, self.path)}{graph}"
            f'<p class="rnnw-note">{LEGEND}</p>'
            f'<div class="rnnw-gradient-of">{"" if above else whose}'
            f"{sums(self.data, self.parameter, self.path)}</div></div>"
        )

    def _work(self, given: Mapping[str, Any]) -> Worked:
        for name in ("xs", "targets"):
            if name in given:
                checks.array(name, given[name], (STEPS,), float)
        return example(self.example, **given)

    def _numbers(self) -> dict[str, Any]:
        given, steps = self._worked.given, range(1, STEPS + 1)
        return {
            "weights": {name: given[name] for name in self._worked.parameters},
            "start": {name: given[name] for name in ("h_0", "c_0") if name in given},
            "xs": [given[f"x_{t}"] for t in steps],
            "targets": [given[f"y_{t}"] for t in steps],
        }

    def _compute(self, _: Any) -> None:
        """Compute everything anew from the numbers that were set."""
        self._worked = self._work({name: getattr(self, name) for name in NUMBERS})
        self.data = build(self._worked)

    @traitlets.validate(*NUMBERS)
    def _of_numbers(self, proposal: dict[str, Any]) -> Any:
        """Refuse numbers that the example cannot be worked with."""
        name, value = proposal["trait"].name, proposal["value"]
        try:
            self._work({name: value})
        except (TypeError, ValueError) as error:
            raise traitlets.TraitError(str(error)) from error
        return value

    @traitlets.validate(*stands)
    def _in_range(self, proposal: dict[str, Any]) -> Any:
        """Refuse an operation, parameter or path that the data does not have."""
        name, value = proposal["trait"].name, proposal["value"]
        try:
            if name == "parameter":
                return checks.choice(name, value, tuple(self.data["totals"]))
            first = next(iter(self.data["totals"].values()))
            size = len(self.data["ops"]) if name == "stage" else 1 + len(first.get("paths", ()))
            return checks.index(name, value, size)
        except ValueError as error:
            raise traitlets.TraitError(str(error)) from error

    def __repr__(self) -> str:
        last = len(self.data["ops"]) - 1
        result = self.data["ops"][self.stage][-1]
        ends = [
            text.split(" = ") for text in (result, self.data["totals"][self.parameter]["total"])
        ]
        (name, *_, value), (total, *_, sum_) = ends
        return (
            f"<BackpropStepper {self.example} stage={self.stage} of 0…{last}: {name} = {value}; "
            f"{total} = {sum_}>"
        )
