"""The text reading view: any unit of a model over a text, character by character."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import traitlets

from rnn_core import checks
from rnn_core.data import one_hot
from rnn_core.network import Model
from rnn_core.trace import Trace

from . import front_end
from .base import Figure
from .reading import data as reading_data
from .reading.figure import View, figure
from .stepper.data import Follows


class TextView(Figure):
    """A text whose characters are coloured by what one unit of a model held after each.

    Parameters
    ----------
    source : Model, Cell or Trace
        What reads the text, or what has read it. With a model or a cell and a kernel, `text` can
        be changed, in Python and by the reader, and is read anew.
    text : str or sequence of str
        One entry for each of the T steps. A str where `source` reads it.
    unit : int, optional
        The unit to show first: if not given, the one that `follows` best, or the first.
    t : int
        The character to show first; units and characters count from 0.
    shown : str, optional
        The letter to show first: c h f i o g, or z r n. That of `follows`, or the first of
        `letters`, if not given.
    letters : str, optional
        Which letters a reader can choose; as many as 21,000 numbers allow, if not given.
    units : sequence of int, optional
        Which units a reader can choose; all, if not given.
    batch : int
        Which sequence of a trace's batch to show.
    truth : sequence of bool of length T, or callable, optional
        What is true at each step, drawn as a line under the text. A callable takes the text; where
        it raises ValueError, as for text that is no Python, nothing is drawn.
    state : str
        What is true there, to stand after "being": "inside a string".
    follows : Follows or dict, optional
        The measured correlation of each unit with it.
    encode : callable
        Takes a text, returns the model's input of shape (T, 1, D).
    label : str
        The name of the figure.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind, length or range, or the text makes too many numbers.

    Examples
    --------
    >>> from rnn_core import data
    >>> from rnn_core.pretrained import inside_string
    >>> TextView(inside_string.load(), "x = 'a'", truth=data.inside_string, unit=3)
    <TextView LSTM T=7 units=12 t=0 unit=3 shown=c>
    """

    _esm = front_end.module("text_view")
    kind = "text_view"
    stands = ("t", "unit", "shown")
    t = traitlets.Int(0).tag(sync=True)
    unit = traitlets.Int(0).tag(sync=True)
    shown = traitlets.Unicode("c").tag(sync=True)
    text = traitlets.Any()
    typed = traitlets.Unicode("").tag(sync=True)  # what a reader asks to have read
    problem = traitlets.Unicode("").tag(sync=True)  # why it was not

    def __init__(
        self,
        source: Any,
        text: str | Sequence[str],
        *,
        unit: int | None = None,
        t: int = 0,
        shown: str | None = None,
        letters: str | None = None,
        units: Sequence[int] | None = None,
        batch: int = 0,
        truth: Sequence[bool] | Callable[[str], Any] | None = None,
        state: str = "true",
        follows: Follows | Mapping[str, Any] | None = None,
        encode: Callable[[str], np.ndarray] = one_hot,
        label: str = "What one unit does over a text",
    ) -> None:
        if not isinstance(source, Trace) and not hasattr(source, "forward"):
            raise TypeError(f"source must be a Model, a Cell or a Trace; got {source!r:.60}")
        self._source, self._truth, self._encode = source, truth, encode
        self._given = {"letters": letters, "units": units, "batch": batch}
        self._given |= {"state": state, "follows": follows}
        data = self._read(text)
        letters = "".join(data["values"])
        best, letter = _first(data)
        unit = best if unit is None else _unit(unit, data["units"])
        shown = letter if shown is None else checks.choice("shown", shown, letters)
        t = checks.index("t", t, data["T"])
        self._known = text
        super().__init__(data, label, t=t, unit=unit, shown=shown, text=text)

    def _read(self, text: Any) -> dict[str, Any]:
        """Return the data of a text; a model or a cell reads it first."""
        trace, truth = self._source, self._truth
        if not isinstance(trace, Trace):
            ran = trace.forward(self._encode(checks.instance("text", text, str)))
            trace = ran[0] if isinstance(self._source, Model) else ran
        if callable(truth):
            try:
                truth = truth(text)
            except ValueError:
                truth = None
        return reading_data.build(trace, text, truth=truth, **self._given)

    def draw(self) -> str:
        """Return the inside of the figure as it stands, as markup."""
        typed = None if isinstance(self._source, Trace) else self.text
        return figure(View(self.data, self.t, self.unit, self.shown), typed)

    @traitlets.validate("t", "unit", "shown")
    def _in_range(self, proposal: dict[str, Any]) -> Any:
        """Refuse a character, a unit or a letter that the data does not have."""
        name, value = proposal["trait"].name, proposal["value"]
        data: dict[str, Any] = self.data
        try:
            if name == "shown":
                return checks.choice(name, value, "".join(data["values"]))
            if name == "unit":
                return _unit(value, data["units"])
            return checks.index(name, value, data["T"])
        except ValueError as error:
            raise traitlets.TraitError(str(error)) from error

    @traitlets.validate("text")
    def _readable(self, proposal: dict[str, Any]) -> Any:
        """Read a new text before it is taken, so that one that cannot be read changes nothing."""
        text = proposal["value"]
        if text != self._known:
            try:
                self._next = self._read(text)
            except (TypeError, ValueError) as error:
                raise traitlets.TraitError(str(error)) from error
            self._known = text
        return text

    @traitlets.observe("text")
    def _turn(self, change: Any) -> None:
        """Show the text that was read; the cursor goes back to its start."""
        if change.old is not None:
            with self.hold_sync():
                self.t, self.problem, self.data = 0, "", self._next
                if self.shown not in self._next["values"]:
                    self.shown = next(iter(self._next["values"]))
                self.markup = self.drawing()

    @traitlets.observe("typed")
    def _asked(self, change: Any) -> None:
        """Read what a reader typed, or say why not."""
        try:
            self.text = change.new
        except traitlets.TraitError as error:
            self.problem = str(error)
        else:
            self.problem = ""

    def __repr__(self) -> str:
        size = f"T={self.data['T']} units={len(self.data['units'])}"
        where = f"t={self.t} unit={self.unit} shown={self.shown}"
        return f"<TextView {self.data['kind']} {size} {where}>"


def _first(data: Mapping[str, Any]) -> tuple[int, str]:
    """Return the unit and the letter that are shown first, where none is asked for."""
    letter = next(iter(data["values"]))
    if not (measured := data["follows"]):
        return data["units"][0], letter
    known = measured["letter"] in data["values"]
    return measured["best"], measured["letter"] if known else letter


def _unit(unit: Any, known: Sequence[int]) -> int:
    return checks.one_of("unit", checks.index("unit", unit, max(known) + 1), known)
