"""The LSTM variants over a whole sequence: forward, and backpropagation through time.

They differ in the forget gate, which may be a gate of its own, tied to the input gate, or absent,
and in the peepholes, which may be 0. Backward reads as forward upside down.
"""

from __future__ import annotations

import numpy as np

from ..engine import sigmoid
from ..trace import HC, Grads, Trace

Params = dict[str, np.ndarray]


def from_inputs(p: Params, k: str, xs: np.ndarray) -> np.ndarray:
    """Return the input's share of gate `k` at all steps, bias included, shape (T, B, H)."""
    return xs @ p[f"W_{k}x"].T + p[f"b_{k}"]


def input_grads(k: str, da: np.ndarray, xs: np.ndarray) -> Params:
    """Return the gradients of W_kx and b_k, summed over steps and batch."""
    rows = da.reshape(-1, da.shape[-1])  # (TB, H)
    return {f"W_{k}x": rows.T @ xs.reshape(len(rows), -1), f"b_{k}": rows.sum(axis=0)}


def product_grad(da: np.ndarray, factor: np.ndarray) -> np.ndarray:
    """Return ∂L/∂W of a = W factor, summed over steps and batch."""
    return da.reshape(-1, da.shape[-1]).T @ factor.reshape(-1, factor.shape[-1])


def forward(p: Params, xs: np.ndarray, start: HC, forget: str) -> Params:
    """Return gates, cell states, tanh(c) and hidden states, by letter."""
    h, c = start
    acts = {k: from_inputs(p, k, xs) for k in ("ifgo" if forget == "gate" else "igo")}
    if forget == "coupled":
        acts["f"] = np.empty_like(acts["i"])
    cs, tanh_cs, hs = (np.empty_like(acts["i"]) for _ in range(3))
    for t in range(len(xs)):
        for k in "if" if forget == "gate" else "i":
            acts[k][t] = sigmoid(acts[k][t] + h @ p[f"W_{k}h"].T + p.get(f"p_{k}", 0) * c)
        i = acts["i"][t]
        g = np.tanh(acts["g"][t] + h @ p["W_gh"].T, out=acts["g"][t])
        if forget == "coupled":
            acts["f"][t] = 1 - i
        c = np.add((acts["f"][t] if "f" in acts else 1) * c, i * g, out=cs[t])
        acts["o"][t] = sigmoid(acts["o"][t] + h @ p["W_oh"].T + p.get("p_o", 0) * c)
        h = np.multiply(acts["o"][t], np.tanh(c, out=tanh_cs[t]), out=hs[t])
    gates = {k: acts[k] for k in "ifgo" if k in acts}
    return gates | {"c": cs, "tanh_c": tanh_cs, "h": hs}


def backward(
    p: Params, trace: Trace, dh: np.ndarray, end: HC, dc: np.ndarray | None, forget: str
) -> Grads:
    """Return every gradient of `forward`; `dc` is ∂L/∂c_t by the direct path, if any."""
    letters = "ifgo" if forget == "gate" else "igo"
    i, g, o, tanh_c, before = *(trace[k] for k in ("i", "g", "o", "tanh_c")), trace.before("c")
    f = trace["f"] if "f" in trace.arrays else np.ones_like(i)
    slopes = {  # ∂c_t/∂a_t for i g and f, and ∂h_t/∂a_t for o
        "i": (g - before if forget == "coupled" else g) * i * (1 - i),
        "g": i * (1 - g**2),
        "o": tanh_c * o * (1 - o),
    }
    if forget == "gate":
        slopes["f"] = before * f * (1 - f)
    (dh_next, dc_next), dhs, dcs = end, np.empty_like(dh), np.empty_like(dh)
    da = {k: np.empty_like(dh) for k in letters}
    for t in reversed(range(len(dh))):
        dhs[t] = dh[t] + dh_next
        da["o"][t] = dhs[t] * slopes["o"][t]
        dcs[t] = dc_next + dhs[t] * o[t] * (1 - tanh_c[t] ** 2) + da["o"][t] * p.get("p_o", 0)
        if dc is not None:
            dcs[t] += dc[t]
        dc_next = dcs[t] * f[t]
        for k in letters[:-1]:
            da[k][t] = dcs[t] * slopes[k][t]
            dc_next += da[k][t] * p.get(f"p_{k}", 0)
        dh_next = np.add.reduce([da[k][t] @ p[f"W_{k}h"] for k in letters])
    params: Params = {}
    for k in letters:
        params |= input_grads(k, da[k], trace.xs)
        params[f"W_{k}h"] = product_grad(da[k], trace.before("h"))
        if f"p_{k}" in p:
            seen = trace["c"] if k == "o" else before
            params[f"p_{k}"] = (da[k] * seen).sum(axis=(0, 1))
    dxs = np.add.reduce([da[k] @ p[f"W_{k}x"] for k in letters])
    return Grads(params, dxs, HC(dh_next, dc_next), dhs, dcs)
