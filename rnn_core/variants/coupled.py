"""The LSTM whose forget gate is what the input gate leaves."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..cell import ForgettingCell
from ..engine import sigmoid
from ..trace import HC, Grads, Trace
from . import family


class CoupledLSTM(ForgettingCell):
    r"""The long short-term memory cell with coupled input and forget gates (CIFG).

    .. math::
        i_t &= \sigma(W_{ix} x_t + W_{ih} h_{t-1} + b_i) \\
        f_t &= 1 - i_t \\
        g_t &= \tanh(W_{gx} x_t + W_{gh} h_{t-1} + b_g) \\
        o_t &= \sigma(W_{ox} x_t + W_{oh} h_{t-1} + b_o) \\
        c_t &= f_t \odot c_{t-1} + i_t \odot g_t \\
        h_t &= o_t \odot \tanh(c_t)

    `forget_bias` is the bias of f: as 1 − σ(a) = σ(−a), b_i starts at its negative. Source: Greff
    et al. (2017), where it is the variant CIFG; theirs has peepholes too.

    Examples
    --------
    >>> import numpy as np
    >>> cell = CoupledLSTM(2, 3, rng=np.random.default_rng(0))
    >>> state, gates = cell.step([[1.0, 0.0]], cell.zero_state(1))
    >>> bool(np.allclose(gates["i"] + gates["f"], 1))
    True
    """

    letters = "igo"
    state_type = HC

    def _step(self, x: np.ndarray, state: HC) -> tuple[HC, dict[str, np.ndarray]]:
        p, (h, c) = self.params, state
        i = sigmoid(x @ p["W_ix"].T + h @ p["W_ih"].T + p["b_i"])
        f = 1 - i
        g = np.tanh(x @ p["W_gx"].T + h @ p["W_gh"].T + p["b_g"])
        o = sigmoid(x @ p["W_ox"].T + h @ p["W_oh"].T + p["b_o"])
        c = f * c + i * g
        return HC(o * np.tanh(c), c), {"i": i, "f": f, "g": g, "o": o}

    def _forward(self, xs: np.ndarray, start: HC) -> dict[str, np.ndarray]:
        return family.forward(self.params, xs, start, "coupled")

    def _backward(self, trace: Trace, dh: np.ndarray, end: HC, inner: Any) -> Grads:
        return family.backward(self.params, trace, dh, end, inner and inner["c"], "coupled")
