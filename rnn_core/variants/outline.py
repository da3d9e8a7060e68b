"""The LSTM of the outline this book was written from, taken by its word."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import checks
from ..cell import ForgettingCell
from ..engine import sigmoid
from ..trace import HC, Grads, Trace
from .family import from_inputs, input_grads, product_grad

HIDDEN = ("o", "o tanh c")


class OutlineLSTM(ForgettingCell):
    r"""The outline's literal LSTM: the output gate sees the cell state and nothing else.

    .. math::
        i_t &= \sigma(W_{ix} x_t + W_{ih} h_{t-1} + b_i) \\
        f_t &= \sigma(W_{fx} x_t + W_{fh} h_{t-1} + b_f) \\
        g_t &= \tanh(W_{gx} x_t + W_{gh} h_{t-1} + b_g) \\
        c_t &= f_t \odot c_{t-1} + i_t \odot g_t \\
        o_t &= \sigma(W_{oc} c_t + b_o) \\
        h_t &= o_t && \text{hidden="o"} \\
        h_t &= o_t \odot \tanh(c_t) && \text{hidden="o tanh c"}

    The outline uses h but never says what it is, so there are two readings: `hidden` chooses. It
    writes W_co for what is W_oc here, and spells out g_t inside the line of c_t. No published
    LSTM is like this; the cell is here to show what the missing line costs.

    Examples
    --------
    >>> import numpy as np
    >>> cell = OutlineLSTM(2, 3, rng=np.random.default_rng(0), hidden="o")
    >>> (h, c), gates = cell.step([[1.0, 0.0]], cell.zero_state(1))
    >>> bool((h == gates["o"]).all())
    True
    """

    letters = "ifgo"
    state_type = HC

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        rng: np.random.Generator,
        hidden: str = "o",
        forget_bias: float = 1.0,
        dtype: Any = np.float64,
    ) -> None:
        self.hidden = checks.choice("hidden", hidden, HIDDEN)
        super().__init__(input_size, hidden_size, rng=rng, forget_bias=forget_bias, dtype=dtype)

    @property
    def options(self) -> dict[str, Any]:
        """Which reading of the missing line."""
        return {"hidden": self.hidden}

    def _shapes(self) -> dict[str, tuple[int, ...]]:
        shapes = {k: v for k, v in super()._shapes().items() if k not in ("W_ox", "W_oh")}
        return shapes | {"W_oc": (self.hidden_size, self.hidden_size)}

    def _step(self, x: np.ndarray, state: HC) -> tuple[HC, dict[str, np.ndarray]]:
        p, (h, c) = self.params, state
        i = sigmoid(x @ p["W_ix"].T + h @ p["W_ih"].T + p["b_i"])
        f = sigmoid(x @ p["W_fx"].T + h @ p["W_fh"].T + p["b_f"])
        g = np.tanh(x @ p["W_gx"].T + h @ p["W_gh"].T + p["b_g"])
        c = f * c + i * g
        o = sigmoid(c @ p["W_oc"].T + p["b_o"])
        h = o * np.tanh(c) if self.hidden == "o tanh c" else o
        return HC(h, c), {"i": i, "f": f, "g": g, "o": o}

    def _forward(self, xs: np.ndarray, start: HC) -> dict[str, np.ndarray]:
        p, (h, c) = self.params, start
        i, f, g = (from_inputs(p, k, xs) for k in "ifg")  # become the gates in place
        o, cs, tanh_cs, hs = (np.empty_like(i) for _ in range(4))
        for t in range(len(xs)):
            i[t] = sigmoid(i[t] + h @ p["W_ih"].T)
            f[t] = sigmoid(f[t] + h @ p["W_fh"].T)
            g[t] = np.tanh(g[t] + h @ p["W_gh"].T)
            c = np.add(f[t] * c, i[t] * g[t], out=cs[t])
            o[t] = sigmoid(c @ p["W_oc"].T + p["b_o"])
            tanh_cs[t] = np.tanh(c)
            hs[t] = o[t] * tanh_cs[t] if self.hidden == "o tanh c" else o[t]
            h = hs[t]
        return {"i": i, "f": f, "g": g, "o": o, "c": cs, "tanh_c": tanh_cs, "h": hs}

    def _backward(self, trace: Trace, dh: np.ndarray, end: HC, inner: Any) -> Grads:
        p, (dh_next, dc_next) = self.params, end
        i, f, g, o, tanh_c, before = *(trace[k] for k in (*"ifgo", "tanh_c")), trace.before("c")
        through_c = self.hidden == "o tanh c"
        slopes = {"i": g * i * (1 - i), "f": before * f * (1 - f), "g": i * (1 - g**2)}
        slope_o = (tanh_c if through_c else 1) * o * (1 - o)
        slope_c = o * (1 - tanh_c**2) if through_c else np.zeros_like(o)
        dhs, dcs = np.empty_like(dh), np.empty_like(dh)
        da = {k: np.empty_like(dh) for k in "ifgo"}
        for t in reversed(range(len(dh))):
            dhs[t] = dh[t] + dh_next
            da["o"][t] = dhs[t] * slope_o[t]
            dcs[t] = dc_next + dhs[t] * slope_c[t] + da["o"][t] @ p["W_oc"]
            if inner:
                dcs[t] += inner["c"][t]
            for k, slope in slopes.items():
                da[k][t] = dcs[t] * slope[t]
            dh_next = da["i"][t] @ p["W_ih"] + da["f"][t] @ p["W_fh"] + da["g"][t] @ p["W_gh"]
            dc_next = dcs[t] * f[t]
        params = {"W_oc": product_grad(da["o"], trace.c), "b_o": da["o"].sum(axis=(0, 1))}
        for k in "ifg":
            params |= input_grads(k, da[k], trace.xs)
            params[f"W_{k}h"] = product_grad(da[k], trace.before("h"))
        dxs = da["i"] @ p["W_ix"] + da["f"] @ p["W_fx"] + da["g"] @ p["W_gx"]
        return Grads(params, dxs, HC(dh_next, dc_next), dhs, dcs)
