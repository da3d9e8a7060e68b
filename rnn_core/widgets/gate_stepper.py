"""The gate stepper: walk through the gates of an LSTM, one time step after the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import traitlets

from rnn_core import checks
from rnn_core.trace import Trace

from . import front_end
from .base import Figure
from .stepper import data as stepper_data
from .stepper.figure import figure
from .stepper.score import ROWS_SHOW


class GateStepper(Figure):
    """A text, what an LSTM did at each of its characters, and the arithmetic of one unit.

    Parameters
    ----------
    trace : Trace
        Of an LSTM.
    text : str or sequence of str
        What was read: one entry for each of the T steps.
    unit, t : int
        The unit and the step to show first; both count from 0.
    batch : int
        Which sequence of the batch to show.
    cell : LSTM, optional
        The cell that made the trace. With it the pre-activations are shown, split into what comes
        from the character, from the state and from the bias.
    truth : sequence of bool, length T, optional
        What is true at each step, drawn as a line under the text.
    output : sequence of float, length T, optional
        The model's probability of it, from 0 to 1.
    follows : Follows or dict, optional
        The measured correlation of each unit with something in the text.
    shown : str
        The letter whose heat map is shown first: c h i f g o.
    label : str
        The name of the figure.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind, length or range, or does not belong to the trace.

    Examples
    --------
    >>> import numpy as np
    >>> from rnn_core import LSTM
    >>> lstm = LSTM(2, 3, rng=np.random.default_rng(0))
    >>> GateStepper(lstm.forward(np.ones((5, 1, 2))), "hello", unit=1, cell=lstm)
    <GateStepper LSTM T=5 units=3 t=0 unit=1>
    """

    _esm = front_end.module("gate_stepper")
    kind = "gate_stepper"
    stands = ("t", "unit", "shown")
    t = traitlets.Int(0).tag(sync=True)
    unit = traitlets.Int(0).tag(sync=True)
    shown = traitlets.Unicode("c").tag(sync=True)

    def __init__(
        self,
        trace: Trace,
        text: str | Sequence[str],
        *,
        unit: int = 0,
        t: int = 0,
        batch: int = 0,
        cell: Any = None,
        truth: Sequence[bool] | None = None,
        output: Sequence[float] | None = None,
        follows: stepper_data.Follows | Mapping[str, Any] | None = None,
        shown: str = "c",
        label: str = "An LSTM, gate by gate",
    ) -> None:
        data = stepper_data.build(trace, text, batch, cell, truth, output, follows)
        t = checks.index("t", t, data["T"])
        unit = checks.index("unit", unit, data["H"])
        shown = checks.choice("shown", shown, ROWS_SHOW)
        super().__init__(data, label, t=t, unit=unit, shown=shown)

    def draw(self) -> str:
        """Return the inside of the figure as it stands, as markup."""
        return figure(self.data, self.t, self.unit, self.shown)

    @traitlets.validate("t", "unit", "shown")
    def _in_range(self, proposal: dict[str, Any]) -> Any:
        """Refuse a step, unit or letter that the data does not have."""
        name, value = proposal["trait"].name, proposal["value"]
        try:
            if name == "shown":
                return checks.choice(name, value, ROWS_SHOW)
            return checks.index(name, value, self.data["T" if name == "t" else "H"])
        except ValueError as error:
            raise traitlets.TraitError(str(error)) from error

    def __repr__(self) -> str:
        size = f"T={self.data['T']} units={self.data['H']}"
        return f"<GateStepper {self.data['kind']} {size} t={self.t} unit={self.unit}>"
