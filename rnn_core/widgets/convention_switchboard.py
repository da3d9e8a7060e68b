"""One cell in the conventions of each framework, and what comes of reading it as another's."""

from __future__ import annotations

from typing import Any

import traitlets

from rnn_core import GRU, LSTM, checks
from rnn_core.cell import Cell

from . import front_end
from .base import Figure
from .switchboard.data import INPUTS, UNITS, H, build
from .switchboard.figure import figure
from .switchboard.reading import rows_of

KINDS = {"GRU": GRU, "LSTM": LSTM}
FIRST = {"GRU": ("Keras reset_after=True", "PyTorch"), "LSTM": ("PyTorch", "ONNX")}


class ConventionSwitchboard(Figure):
    """A GRU or an LSTM as each framework writes it down, and how far off h is, read as another's.

    Two lists choose who wrote the weights and as whose they are read. The figure shows the blocks
    of gates one above the other, h of one unit as written and as read, the equations in each
    framework's letters, and the arrays with their shapes and counts. All facts are those of
    `interop.CONVENTIONS`, all numbers computed with `interop`.

    Parameters
    ----------
    kind : "GRU" or "LSTM"
    written, read : str, optional
        A framework and its option, as "PyTorch", "Keras reset_after=True" or
        "rnn_core reset='before'".
    inputs, units : int
        D and H of the table of arrays: `inputs` one of 1, 2, 3 and the powers of two from 4 to
        256, `units` a power of two from 2 to 512.
    cell : GRU or LSTM, optional
        Runs over five sequences, in place of five random cells. A GRU runs with either reset.
    seed : int
        Of the first of the five draws; the others have the seeds after it.
    unit : int, optional
        The unit of the chart: by default 3 of the random cells, 0 of a given one.
    label : str
        The name of the figure.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind or not one of those allowed.

    Notes
    -----
    With a kernel a new `seed` computes everything anew.

    Examples
    --------
    >>> ConventionSwitchboard("GRU", written="ONNX linear_before_reset=1", read="PyTorch")
    <ConventionSwitchboard GRU written by ONNX linear_before_reset=1, read as PyTorch: off by 1.14>
    """

    _esm = front_end.module("convention_switchboard")
    kind = "convention_switchboard"
    stands = ("written", "read", "inputs", "units")
    written = traitlets.Unicode().tag(sync=True)
    read = traitlets.Unicode().tag(sync=True)
    inputs = traitlets.Int(4).tag(sync=True)
    units = traitlets.Int(8).tag(sync=True)
    seed = traitlets.Int(0)

    def __init__(
        self,
        kind: str = "GRU",
        *,
        written: str | None = None,
        read: str | None = None,
        inputs: int = 4,
        units: int = 8,
        cell: Cell | None = None,
        seed: int = 0,
        unit: int | None = None,
        label: str | None = None,
    ) -> None:
        self._kind = checks.choice("kind", kind, tuple(KINDS))
        self._cell = None if cell is None else checks.instance("cell", cell, KINDS[kind])
        size, first = (H, 3) if cell is None else (cell.hidden_size, 0)
        self._unit = checks.index("unit", first if unit is None else unit, size)
        chosen = [given or first for given, first in zip((written, read), FIRST[kind], strict=True)]
        stands: dict[str, Any] = {
            name: self._allowed(name, value)
            for name, value in zip(self.stands, (*chosen, inputs, units), strict=True)
        }
        self.set_trait("seed", checks.at_least("seed", seed, 0))
        label = f"The conventions of the {kind}" if label is None else label
        super().__init__(self._built(), label, **stands)

    def _built(self) -> dict[str, Any]:
        return build(self._kind, self.seed, self._cell, self._unit)

    def draw(self) -> str:
        """Return the inside of the figure as it stands, as markup."""
        return figure(self.data, self.written, self.read, self.inputs, self.units)

    def _allowed(self, name: str, value: Any) -> Any:
        """Return what a trait may stand at, or raise."""
        if name in ("written", "read"):
            return checks.choice(name, value, tuple(rows_of(self._kind)))
        values = INPUTS if name == "inputs" else UNITS
        return checks.one_of(name, checks.size(name, value), values)

    @traitlets.validate(*stands)
    def _in_range(self, proposal: dict[str, Any]) -> Any:
        """Refuse what the figure cannot show."""
        try:
            return self._allowed(proposal["trait"].name, proposal["value"])
        except (TypeError, ValueError) as error:
            raise traitlets.TraitError(str(error)) from error

    @traitlets.validate("seed")
    def _a_seed(self, proposal: dict[str, Any]) -> int:
        """Refuse a negative seed."""
        try:
            return checks.at_least("seed", proposal["value"], 0)
        except ValueError as error:
            raise traitlets.TraitError(str(error)) from error

    @traitlets.observe("seed")
    def _draw_anew(self, change: Any) -> None:
        """Run five other cells; the script then shows them."""
        if self.data:
            self.data = self._built()

    def __repr__(self) -> str:
        names = self.data["rows"]
        place = names.index(self.written) * len(names) + names.index(self.read)
        off = self.data["pairs"][place]["off"]
        comes = "refused" if off is None else f"off by {off:.4g}"
        return (
            f"<ConventionSwitchboard {self._kind} written by {self.written}, read as {self.read}: "
            f"{comes}>"
        )
