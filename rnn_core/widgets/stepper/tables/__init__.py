"""A table for each kind of cell: what it computes, how it is drawn, how its arithmetic reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from . import coupled, gru, lstm, lstm1997, mingru, outline, peephole, rnn
from .parts import Table

Options = Mapping[str, Any]
TABLES: dict[str, Callable[[Options], Table]] = {
    "RNN": lambda options: rnn.table(options["activation"]),
    "LSTM": lambda options: lstm.TABLE,
    "LSTM1997": lambda options: lstm1997.TABLE,
    "PeepholeLSTM": lambda options: peephole.TABLE,
    "CoupledLSTM": lambda options: coupled.TABLE,
    "OutlineLSTM": lambda options: outline.BARE if options["hidden"] == "o" else outline.WITH_TANH,
    "GRU": lambda options: gru.table(options["reset"], options["recurrent_bias"]),
    "MinGRU": lambda options: mingru.TABLE,
}


def of(kind: str, options: Options) -> Table:
    """Return the table of a cell, by its name and its choices of variant."""
    return TABLES[kind](options)
