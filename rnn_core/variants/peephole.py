"""The LSTM whose gates see the cell state."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..cell import ForgettingCell
from ..engine import sigmoid
from ..trace import HC, Grads, Trace
from . import family


class PeepholeLSTM(ForgettingCell):
    r"""The long short-term memory cell with peephole connections.

    .. math::
        i_t &= \sigma(W_{ix} x_t + W_{ih} h_{t-1} + p_i \odot c_{t-1} + b_i) \\
        f_t &= \sigma(W_{fx} x_t + W_{fh} h_{t-1} + p_f \odot c_{t-1} + b_f) \\
        g_t &= \tanh(W_{gx} x_t + W_{gh} h_{t-1} + b_g) \\
        c_t &= f_t \odot c_{t-1} + i_t \odot g_t \\
        o_t &= \sigma(W_{ox} x_t + W_{oh} h_{t-1} + p_o \odot c_t + b_o) \\
        h_t &= o_t \odot \tanh(c_t)

    A peephole is one weight for each unit, from its own cell state; the output gate sees the new
    one. Here they start at 0. Sources: Gers and Schmidhuber (2000); Gers, Schraudolph and
    Schmidhuber (2002), who send no error back through them where this cell backpropagates
    through everything.

    Examples
    --------
    >>> import numpy as np
    >>> cell = PeepholeLSTM(2, 3, rng=np.random.default_rng(0))
    >>> cell.params["p_f"].shape
    (3,)
    """

    letters = "ifgo"
    state_type = HC

    def _shapes(self) -> dict[str, tuple[int, ...]]:
        return super()._shapes() | {f"p_{k}": (self.hidden_size,) for k in "ifo"}

    def _step(self, x: np.ndarray, state: HC) -> tuple[HC, dict[str, np.ndarray]]:
        p, (h, c) = self.params, state
        i = sigmoid(x @ p["W_ix"].T + h @ p["W_ih"].T + p["p_i"] * c + p["b_i"])
        f = sigmoid(x @ p["W_fx"].T + h @ p["W_fh"].T + p["p_f"] * c + p["b_f"])
        g = np.tanh(x @ p["W_gx"].T + h @ p["W_gh"].T + p["b_g"])
        c = f * c + i * g
        o = sigmoid(x @ p["W_ox"].T + h @ p["W_oh"].T + p["p_o"] * c + p["b_o"])
        return HC(o * np.tanh(c), c), {"i": i, "f": f, "g": g, "o": o}

    def _forward(self, xs: np.ndarray, start: HC) -> dict[str, np.ndarray]:
        return family.forward(self.params, xs, start, "gate")

    def _backward(self, trace: Trace, dh: np.ndarray, end: HC, inner: Any) -> Grads:
        return family.backward(self.params, trace, dh, end, inner and inner["c"], "gate")
