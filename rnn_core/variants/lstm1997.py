"""The LSTM as it was before the forget gate."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..cell import Cell
from ..engine import sigmoid
from ..trace import HC, Grads, Trace
from . import family


class LSTM1997(Cell):
    r"""The long short-term memory cell without a forget gate: c only ever adds.

    .. math::
        i_t &= \sigma(W_{ix} x_t + W_{ih} h_{t-1} + b_i) \\
        g_t &= \tanh(W_{gx} x_t + W_{gh} h_{t-1} + b_g) \\
        o_t &= \sigma(W_{ox} x_t + W_{oh} h_{t-1} + b_o) \\
        c_t &= c_{t-1} + i_t \odot g_t \\
        h_t &= o_t \odot \tanh(c_t)

    Source: Hochreiter and Schmidhuber (1997). The paper's g and its squashing of c are, in most
    experiments, logistic functions stretched to (−2, 2) and (−1, 1) where this cell has tanh. Its
    errors go back in time through the cell state alone; this cell backpropagates through
    everything.

    Examples
    --------
    >>> import numpy as np
    >>> cell = LSTM1997(2, 3, rng=np.random.default_rng(0))
    >>> (h, c), gates = cell.step([[1.0, 0.0]], cell.zero_state(1))
    >>> list(gates)
    ['i', 'g', 'o']
    """

    letters = "igo"
    state_type = HC

    def _step(self, x: np.ndarray, state: HC) -> tuple[HC, dict[str, np.ndarray]]:
        p, (h, c) = self.params, state
        i = sigmoid(x @ p["W_ix"].T + h @ p["W_ih"].T + p["b_i"])
        g = np.tanh(x @ p["W_gx"].T + h @ p["W_gh"].T + p["b_g"])
        o = sigmoid(x @ p["W_ox"].T + h @ p["W_oh"].T + p["b_o"])
        c = c + i * g
        return HC(o * np.tanh(c), c), {"i": i, "g": g, "o": o}

    def _forward(self, xs: np.ndarray, start: HC) -> dict[str, np.ndarray]:
        return family.forward(self.params, xs, start, "none")

    def _backward(self, trace: Trace, dh: np.ndarray, end: HC, inner: Any) -> Grads:
        return family.backward(self.params, trace, dh, end, inner and inner["c"], "none")
