"""The three cells: RNN, LSTM and GRU.

A cell is its parameters and one time step, written as the formulas read. `forward` and
`backward` run the same mathematics over a whole sequence in `engine`. Nothing is stored on a
cell but its parameters, so a cell may be shared, copied or called in any order. What the cells
share is in `cell.py`, their relatives are in `variants`.

Letters: x input, h hidden state, c cell state; gates i f g o (LSTM), r z n (GRU). A weight is
named by where it goes and where it comes from: `W_fx` goes to f from x and has shape (H, D).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from . import checks, engine
from .cell import Cell, ForgettingCell
from .trace import HC, Grads, H, Trace

ACTIVATIONS = tuple(engine.ACTIVATIONS)
RESETS = ("after", "before")
Inner = dict[str, np.ndarray] | None


class RNN(Cell):
    r"""The simple recurrent network.

    .. math:: h_t = \varphi(W_{hx} x_t + W_{hh} h_{t-1} + b_h)

    φ is tanh by default; "logistic" is the outline's σ, "relu" is max(0, ·), and "identity" makes
    a linear network.
    Source: Elman (1990).

    Examples
    --------
    >>> import numpy as np
    >>> rnn = RNN(2, 3, rng=np.random.default_rng(0))
    >>> state, gates = rnn.step([[1.0, 0.0]], rnn.zero_state(1))
    >>> state.h.shape, gates
    ((1, 3), {})
    """

    letters = "h"
    state_type = H

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        rng: np.random.Generator,
        activation: str = "tanh",
        dtype: Any = np.float64,
    ) -> None:
        self.activation = checks.choice("activation", activation, ACTIVATIONS)
        super().__init__(input_size, hidden_size, rng=rng, dtype=dtype)

    @property
    def options(self) -> dict[str, Any]:
        """The activation, by name."""
        return {"activation": self.activation}

    def _step(self, x: np.ndarray, state: H) -> tuple[H, dict[str, np.ndarray]]:
        p = self.params
        phi = engine.ACTIVATIONS[self.activation].value
        h = phi(x @ p["W_hx"].T + state.h @ p["W_hh"].T + p["b_h"])
        return H(h), {}

    def _forward(self, xs: np.ndarray, start: H) -> dict[str, np.ndarray]:
        return engine.rnn_forward(self.params, xs, start.h, self.activation)

    def _backward(self, trace: Trace, dh: np.ndarray, end: H, inner: Inner) -> Grads:
        return engine.rnn_backward(self.params, trace, dh, end.h, self.activation)


class LSTM(ForgettingCell):
    r"""The long short-term memory cell with a forget gate.

    .. math::
        i_t &= \sigma(W_{ix} x_t + W_{ih} h_{t-1} + b_i) \\
        f_t &= \sigma(W_{fx} x_t + W_{fh} h_{t-1} + b_f) \\
        g_t &= \tanh(W_{gx} x_t + W_{gh} h_{t-1} + b_g) \\
        o_t &= \sigma(W_{ox} x_t + W_{oh} h_{t-1} + b_o) \\
        c_t &= f_t \odot c_{t-1} + i_t \odot g_t \\
        h_t &= o_t \odot \tanh(c_t)

    Sources: Hochreiter and Schmidhuber (1997); the forget gate f is from Gers, Schmidhuber and
    Cummins (2000). `forget_bias` fills b_f; at 1 an untrained cell keeps σ(1) ≈ 0.73 of c a step.

    Examples
    --------
    >>> import numpy as np
    >>> lstm = LSTM(2, 3, rng=np.random.default_rng(0))
    >>> (h, c), gates = lstm.step([[1.0, 0.0]], lstm.zero_state(1))
    >>> c.shape, list(gates)
    ((1, 3), ['i', 'f', 'g', 'o'])
    """

    letters = "ifgo"
    state_type = HC

    def _step(self, x: np.ndarray, state: HC) -> tuple[HC, dict[str, np.ndarray]]:
        p, (h, c) = self.params, state
        sigmoid = engine.sigmoid
        i = sigmoid(x @ p["W_ix"].T + h @ p["W_ih"].T + p["b_i"])
        f = sigmoid(x @ p["W_fx"].T + h @ p["W_fh"].T + p["b_f"])
        g = np.tanh(x @ p["W_gx"].T + h @ p["W_gh"].T + p["b_g"])
        o = sigmoid(x @ p["W_ox"].T + h @ p["W_oh"].T + p["b_o"])
        c = f * c + i * g
        h = o * np.tanh(c)
        return HC(h, c), {"i": i, "f": f, "g": g, "o": o}

    def _forward(self, xs: np.ndarray, start: HC) -> dict[str, np.ndarray]:
        return engine.lstm_forward(self.params, xs, start.h, start.c)

    def _backward(self, trace: Trace, dh: np.ndarray, end: HC, inner: Inner) -> Grads:
        dc = inner["c"] if inner else None
        return engine.lstm_backward(self.params, trace, dh, end.h, end.c, dc)


class GRU(Cell):
    r"""The gated recurrent unit. z weighs the new state, as in Chung et al. (2014).

    .. math::
        r_t &= \sigma(W_{rx} x_t + W_{rh} h_{t-1} + b_r) \\
        z_t &= \sigma(W_{zx} x_t + W_{zh} h_{t-1} + b_z) \\
        n_t &= \tanh(W_{nx} x_t + b_n + r_t \odot (W_{nh} h_{t-1} + b_{nh}))
               && \text{reset="after"} \\
        n_t &= \tanh(W_{nx} x_t + b_n + W_{nh} (r_t \odot h_{t-1}))
               && \text{reset="before"} \\
        h_t &= (1 - z_t) \odot h_{t-1} + z_t \odot n_t

    `reset` says whether r acts after the matrix product (PyTorch, cuDNN) or before it. The two
    are different functions. `recurrent_bias=True` adds b_nh, which only "after" can tell from
    b_n; PyTorch has it. PyTorch and Keras let z weigh the old state: `interop` converts.
    Sources: Cho et al. (2014), Chung et al. (2014).

    Examples
    --------
    >>> import numpy as np
    >>> gru = GRU(2, 3, rng=np.random.default_rng(0), reset="before")
    >>> state, gates = gru.step([[1.0, 0.0]], gru.zero_state(1))
    >>> list(gates)
    ['r', 'z', 'n']
    """

    letters = "rzn"
    state_type = H

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        rng: np.random.Generator,
        reset: str = "after",
        recurrent_bias: bool = False,
        dtype: Any = np.float64,
    ) -> None:
        self.reset = checks.choice("reset", reset, RESETS)
        self.recurrent_bias = checks.instance("recurrent_bias", recurrent_bias, bool)
        if recurrent_bias and reset == "before":
            raise ValueError(
                "recurrent_bias must be False with reset='before', where it would add to b_n; "
                f"got {recurrent_bias!r}"
            )
        super().__init__(input_size, hidden_size, rng=rng, dtype=dtype)

    @property
    def options(self) -> dict[str, Any]:
        """Where the reset gate acts, and whether the candidate has a second bias."""
        return {"reset": self.reset, "recurrent_bias": self.recurrent_bias}

    def _shapes(self) -> dict[str, tuple[int, ...]]:
        second = {"b_nh": (self.hidden_size,)} if self.recurrent_bias else {}
        return super()._shapes() | second

    def _step(self, x: np.ndarray, state: H) -> tuple[H, dict[str, np.ndarray]]:
        p, h = self.params, state.h
        r = engine.sigmoid(x @ p["W_rx"].T + h @ p["W_rh"].T + p["b_r"])
        z = engine.sigmoid(x @ p["W_zx"].T + h @ p["W_zh"].T + p["b_z"])
        if self.reset == "after":
            remembered = r * (h @ p["W_nh"].T + p.get("b_nh", 0))
        else:
            remembered = (r * h) @ p["W_nh"].T
        n = np.tanh(x @ p["W_nx"].T + p["b_n"] + remembered)
        h = (1 - z) * h + z * n
        return H(h), {"r": r, "z": z, "n": n}

    def _forward(self, xs: np.ndarray, start: H) -> dict[str, np.ndarray]:
        return engine.gru_forward(self.params, xs, start.h, self.reset)

    def _backward(self, trace: Trace, dh: np.ndarray, end: H, inner: Inner) -> Grads:
        return engine.gru_backward(self.params, trace, dh, end.h, self.reset)
