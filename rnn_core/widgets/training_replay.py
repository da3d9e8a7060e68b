"""The training replay: two cells learn in step, and can be looked at on the way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import traitlets

from rnn_core import checks
from rnn_core.pretrained import temporal_order
from rnn_core.replay import Recording

from . import front_end
from .base import Figure
from .training_replay_parts.data import build
from .training_replay_parts.figure import figure
from .training_replay_parts.strips import letters

Retrain = Callable[[int], Mapping[str, Recording]]


class TrainingReplay(Figure):
    """Runs of training, recorded at the same steps, to go through forwards and backwards.

    Parameters
    ----------
    recordings : mapping of str to Recording
        By the name to show: one to three, of the same steps and the same length.
    marks : mapping of int to str, optional
        The symbols of the example that matter, by their place. How much of the error signal
        reaches the first is said in words.
    chance : float, optional
        The accuracy of a guess.
    note : str
        How the runs came about, to stand under the figure.
    checkpoint : int, optional
        Which of the kept steps to show first, counted from 0: the last, if not given.
    shown : str, optional
        The letter shown of cells that have several.
    retrain : callable, optional
        Takes a seed, returns recordings. With it, setting `seed` trains anew.
    seed : int, optional
        Of the recordings.
    label : str
        The name of the figure.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind or range, or recordings do not agree.

    Examples
    --------
    >>> from rnn_core.pretrained import temporal_order
    >>> TrainingReplay(temporal_order.load(), marks=temporal_order.marks(), checkpoint=0)
    <TrainingReplay RNN LSTM N=40 T=100 step=0 shown=change>
    """

    _esm = front_end.module("training_replay")
    kind = "training_replay"
    stands = ("checkpoint", "shown")
    checkpoint = traitlets.Int(0).tag(sync=True)
    shown = traitlets.Unicode("").tag(sync=True)
    seed = traitlets.Int(None, allow_none=True)

    def __init__(
        self,
        recordings: Mapping[str, Recording],
        *,
        marks: Mapping[int, str] | None = None,
        chance: float | None = None,
        note: str = "",
        checkpoint: int | None = None,
        shown: str | None = None,
        retrain: Retrain | None = None,
        seed: int | None = None,
        label: str = "Training, step by step",
    ) -> None:
        self._retrain, self._options = None, (dict(marks or {}), chance, note)
        data = build(recordings, *self._options, seed)
        count, known = len(data["steps"]), letters(data)
        place = count - 1 if checkpoint is None else checks.index("checkpoint", checkpoint, count)
        chosen = known[0] if shown is None else checks.choice("shown", shown, known)
        super().__init__(data, label, checkpoint=place, shown=chosen, seed=seed)
        self._retrain = retrain

    @classmethod
    def temporal_order(cls, **options: Any) -> TrainingReplay:
        """Return the replay that ships: an RNN and an LSTM learn temporal order.

        Parameters
        ----------
        **options
            Those of the class, such as `checkpoint` and `shown`.

        Examples
        --------
        >>> TrainingReplay.temporal_order(shown="i")
        <TrainingReplay RNN LSTM N=40 T=100 step=312 shown=i>
        """
        return cls(temporal_order.load(), **_about(temporal_order.runs()["shipped_seed"]) | options)

    @classmethod
    def train(cls, seed: int, **options: Any) -> TrainingReplay:
        """Train an RNN and an LSTM on temporal order from a seed, in about ten seconds.

        Parameters
        ----------
        seed : int
        **options
            Those of the class, such as `checkpoint` and `shown`.
        """
        seed = checks.at_least("seed", seed, 0)
        return cls(temporal_order.run(seed), **_about(seed) | options)

    def draw(self) -> str:
        """Return the inside of the figure as it stands, as markup."""
        return figure(self.data, self.checkpoint, self.shown)

    @traitlets.validate("checkpoint", "shown", "seed")
    def _in_range(self, proposal: dict[str, Any]) -> Any:
        """Refuse a checkpoint or letter that the data does not have, and a seed of no use."""
        name, value = proposal["trait"].name, proposal["value"]
        try:
            if name == "seed":
                if self.markup and self._retrain is None:
                    raise ValueError(f"seed must stay, as there is no retrain; got {value!r}")
                return value if value is None else checks.at_least("seed", value, 0)
            if name == "shown":
                return checks.choice(name, value, letters(self.data))
            return checks.index(name, value, len(self.data["steps"]))
        except (TypeError, ValueError) as error:
            raise traitlets.TraitError(str(error)) from error

    @traitlets.observe("seed")
    def _train_again(self, change: dict[str, Any]) -> None:
        """Train from another seed, and show that."""
        seed = self.seed
        if self._retrain is None or seed is None:
            return
        data = build(self._retrain(seed), *self._options, seed)
        with self.hold_sync():
            self.data = data
            self.markup = self.drawing()

    def __repr__(self) -> str:
        size = f"N={len(self.data['steps'])} T={self.data['T']}"
        stands = f"step={self.data['steps'][self.checkpoint]} shown={self.shown}"
        return f"<TrainingReplay {' '.join(self.data['cells'])} {size} {stands}>"


def _about(seed: int) -> dict[str, Any]:
    """Return the options of a replay of temporal order."""
    return {
        "marks": temporal_order.marks(),
        "chance": 0.25,
        "note": temporal_order.note(),
        "seed": seed,
        "retrain": temporal_order.run,
        "label": "An RNN and an LSTM learn the order of two symbols",
    }
