"""The GRU reduced until its recurrence is linear."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..engine import sigmoid
from ..scan import Recur, sequential
from ..trace import Grads, H, Trace
from .family import from_inputs, input_grads
from .linear import LinearCell


class MinGRU(LinearCell):
    r"""The minimal gated recurrent unit: gate and candidate see the input only.

    .. math::
        z_t &= \sigma(W_{zx} x_t + b_z) \\
        n_t &= W_{nx} x_t + b_n \\
        h_t &= (1 - z_t) \odot h_{t-1} + z_t \odot n_t

    Nothing in it depends on h_{t−1} but through the last line, so all gates are known before the
    loop, and `scan` can replace the loop. Source: Feng et al. (2024).

    Examples
    --------
    >>> import numpy as np
    >>> cell = MinGRU(2, 3, rng=np.random.default_rng(0))
    >>> xs = np.ones((5, 1, 2))
    >>> bool(np.allclose(cell.forward(xs).h, cell.scan(xs).h))
    True
    """

    letters = "zn"
    state_type = H

    def _shapes(self) -> dict[str, tuple[int, ...]]:
        return {k: v for k, v in super()._shapes().items() if not k.endswith("h")}

    def _step(self, x: np.ndarray, state: H) -> tuple[H, dict[str, np.ndarray]]:
        p = self.params
        z = sigmoid(x @ p["W_zx"].T + p["b_z"])
        n = x @ p["W_nx"].T + p["b_n"]
        return H((1 - z) * state.h + z * n), {"z": z, "n": n}

    def _forward(
        self, xs: np.ndarray, start: H, recur: Recur = sequential
    ) -> dict[str, np.ndarray]:
        z = sigmoid(from_inputs(self.params, "z", xs))
        n = from_inputs(self.params, "n", xs)
        return {"z": z, "n": n, "h": recur(1 - z, z * n, start.h)}

    def _backward(self, trace: Trace, dh: np.ndarray, end: H, inner: Any) -> Grads:
        p, z, n = self.params, trace["z"], trace["n"]
        direct = dh.copy()
        direct[-1] += end.h
        later = np.concatenate([(1 - z)[1:], np.zeros_like(z[:1])])  # what step t + 1 keeps
        dhs = sequential(later[::-1], direct[::-1], np.zeros_like(end.h))[::-1]
        da_z = dhs * (n - trace.before("h")) * z * (1 - z)
        da_n = dhs * z
        params = input_grads("z", da_z, trace.xs) | input_grads("n", da_n, trace.xs)
        dxs = da_z @ p["W_zx"] + da_n @ p["W_nx"]
        return Grads(params, dxs, H((1 - z[0]) * dhs[0]), dhs)
