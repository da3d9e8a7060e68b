"""The gate stepper: walk through a cell, one time step after the other, and hold its gates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import traitlets

from rnn_core import checks
from rnn_core.heads import Readout
from rnn_core.trace import Trace

from . import front_end
from .base import Figure
from .stepper import data as stepper_data
from .stepper import held
from .stepper.figure import figure

NOTHING: dict[str, Any] = {}


class GateStepper(Figure):
    """A text, what a cell did at each of its characters, and the arithmetic of one unit.

    With `hold_from` a reader can hold a gate shut or open from a step on and see, beside the free
    run, what becomes of the states and of the output.

    Parameters
    ----------
    trace : Trace
        Of an RNN, an LSTM, a GRU or one of their variants.
    text : str or sequence of str
        What was read: one entry for each of the T steps.
    unit, t : int
        The unit and the step to show first; both count from 0.
    batch : int
        Which sequence of the batch to show.
    cell : Cell, optional
        The cell that made the trace. With it the pre-activations are shown, split into what comes
        from the input, from the state and from the bias, and gates can be held.
    truth : sequence of bool, length T, optional
        What is true at each step, drawn as a line under the text.
    output : sequence of float, length T, optional
        The model's probability of it, from 0 to 1.
    readout : Readout, optional
        With one score: σ of it is the model's probability. It gives `output` where that is not
        given, and the output of a run with a gate held.
    follows : Follows or dict, optional
        The measured correlation of each unit with something in the text.
    hold_from : sequence of int
        The steps from which on a gate may be held on a page without a kernel: each gate, at 0
        and at 1. With a kernel, the trait `hold` takes any step and value.
    hold : dict
        The gate that is held first, such as ``{"gate": "f", "value": 0, "from": 20}``.
    shown : str
        The letter whose heat map is shown first; the cell state, or the hidden state of a cell
        that has none, if not given.
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
    >>> trace = lstm.forward(np.ones((5, 1, 2)))
    >>> figure = GateStepper(trace, "hello", unit=1, cell=lstm, hold_from=[2])
    >>> figure
    <GateStepper LSTM T=5 units=3 t=0 unit=1>
    >>> figure.hold = {"gate": "f", "value": 0, "from": 3}
    >>> figure
    <GateStepper LSTM T=5 units=3 t=0 unit=1 f=0 from 3>
    """

    _esm = front_end.module("gate_stepper")
    kind = "gate_stepper"
    stands = ("t", "unit", "shown", "hold")
    t = traitlets.Int(0).tag(sync=True)
    unit = traitlets.Int(0).tag(sync=True)
    shown = traitlets.Unicode("").tag(sync=True)
    hold = traitlets.Dict().tag(sync=True)

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
        readout: Readout | None = None,
        follows: stepper_data.Follows | Mapping[str, Any] | None = None,
        hold_from: Sequence[int] = (),
        hold: Mapping[str, Any] = NOTHING,
        shown: str = "",
        label: str = "",
    ) -> None:
        if output is None and readout is not None:
            output = stepper_data.probability(readout, trace, batch).tolist()
        data = stepper_data.build(trace, text, batch, cell, truth, output, follows)
        t = checks.index("t", t, data["T"])
        unit = checks.index("unit", unit, data["H"])
        shown = checks.choice("shown", shown or data["shows"][0], data["shows"])
        self._made_by = held.Source(trace, data["batch"], cell, readout)
        data |= self._made_by.all_runs(data, hold_from)
        hold = self._made_by.checked(data, hold)
        data["runs"] = self._made_by.runs_with(data, hold)
        name = f"An {trace.kind}" if trace.kind[0] in "RLO" else f"A {trace.kind}"
        label = label or f"{name}, gate by gate"
        super().__init__(data, label, t=t, unit=unit, shown=shown, hold=hold)

    def draw(self) -> str:
        """Return the inside of the figure as it stands, as markup."""
        return figure(self.data, self.t, self.unit, self.shown, self.hold)

    @traitlets.validate("t", "unit", "shown", "hold")
    def _in_range(self, proposal: dict[str, Any]) -> Any:
        """Refuse a step, unit, letter or held gate that the data does not have."""
        name, value = proposal["trait"].name, proposal["value"]
        try:
            if name == "hold":
                return self._made_by.checked(self.data, value)
            if name == "shown":
                return checks.choice(name, value, self.data["shows"])
            return checks.index(name, value, self.data["T" if name == "t" else "H"])
        except (TypeError, ValueError) as error:
            raise traitlets.TraitError(str(error)) from error

    @traitlets.observe("hold")
    def _run(self, change: dict[str, Any]) -> None:
        """Compute the run with a gate held, where it was not sent yet."""
        data: dict[str, Any] = dict(self.data)
        runs = self._made_by.runs_with(data, dict(self.hold))
        if runs != data["runs"]:
            self.set_trait("data", data | {"runs": runs})

    def __repr__(self) -> str:
        size = f"T={self.data['T']} units={self.data['H']}"
        hold: Any = self.hold
        held = f"{hold['gate']}={hold['value']} from {hold['from']}" if "gate" in hold else ""
        stands = f"t={self.t} unit={self.unit} {held}".rstrip()
        return f"<GateStepper {self.data['kind']} {size} {stands}>"
