"""Models made of parts: cells on top of each other, cells that read both ways, and a readout."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import checks
from .cell import Layer
from .heads import Readout
from .layers import Bidirectional as Bidirectional
from .layers import Stacked as Stacked
from .trace import Grads, Trace


class Model:
    """A cell with a readout on its hidden state.

    Parameters
    ----------
    cell : Cell, Stacked or Bidirectional
    readout : Readout
        Of the cell's hidden size.

    Attributes
    ----------
    params : dict of ndarray
        The parameters of both, by name: the very arrays, not copies.

    Raises
    ------
    TypeError
        If either part is something else.
    ValueError
        If the readout was made for another hidden size or in another dtype.

    Examples
    --------
    >>> import numpy as np
    >>> from rnn_core import LSTM, heads
    >>> rng = np.random.default_rng(0)
    >>> model = Model(LSTM(2, 3, rng=rng), heads.Readout(3, 1, rng=rng))
    >>> trace, scores = model.forward(np.ones((5, 4, 2)))
    >>> scores.shape
    (5, 4, 1)
    """

    def __init__(self, cell: Layer, readout: Readout) -> None:
        checks.instance("cell", cell, Layer)
        checks.instance("readout", readout, Readout)
        if readout.hidden_size != cell.hidden_size:
            raise ValueError(
                f"readout must be made for hidden_size {cell.hidden_size}, the cell's; "
                f"got {readout.hidden_size}"
            )
        if readout.dtype != cell.dtype:
            raise ValueError(f"readout must be in {cell.dtype}, as the cell; got {readout.dtype}")
        self.cell, self.readout = cell, readout

    @property
    def params(self) -> dict[str, np.ndarray]:
        """The parameters of both parts, by name."""
        return self.cell.params | self.readout.params

    def __repr__(self) -> str:
        return f"Model({self.cell!r}, {self.readout!r})"

    def forward(
        self, xs: Any, state: Any = None, *, lengths: Any = None, checkpoint: int | bool = False
    ) -> tuple[Any, np.ndarray]:
        """Return the trace of the cell and the scores, shape (T, B, K)."""
        trace = self.cell.forward(xs, state, lengths=lengths, checkpoint=checkpoint)
        return trace, self.readout.forward(trace.h)

    def backward(self, trace: Any, dscores: Any, dstate: Any = None) -> Grads:
        """Return the gradients of both parts from ∂L/∂scores, shape (T, B, K)."""
        checks.instance("trace", trace, Trace)
        params, dh = self.readout.backward(trace.h, dscores)
        grads = self.cell.backward(trace, dh, dstate)
        return Grads(grads.params | params, grads.xs, grads.state, grads.h, grads.c)
