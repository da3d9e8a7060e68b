"""What cells with a linear recurrence share: a parallel scan beside the loop."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import numpy as np

from ..cell import Cell
from ..scan import Recur, parallel, sequential
from ..trace import Trace


class LinearCell(Cell):
    """A cell whose state obeys h_t = a_t ⊙ h_{t−1} + b_t with a and b known beforehand."""

    def scan(self, xs: Any, state: Any = None, *, lengths: Any = None) -> Trace:
        """Return what `forward` returns, up to rounding, by the parallel scan.

        Parameters and errors as for `forward`. ⌈log₂ T⌉ rounds over whole arrays replace T steps:
        on one CPU core that pays for long sequences in small batches only.
        """
        trace = self._opened(xs, state, lengths)
        return self._finished(trace, self._forward(trace.xs, trace.start, parallel))

    @abstractmethod
    def _forward(
        self, xs: np.ndarray, start: Any, recur: Recur = sequential
    ) -> dict[str, np.ndarray]:
        """Return what each step saw; `recur` runs the recurrence."""
