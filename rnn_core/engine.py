"""The cells over a whole sequence: forward, and backpropagation through time.

The same mathematics as `cells.py`, fused: the gates of a cell are stacked in one matrix, the
input's share of every step is one product before the loop, and the weight gradients are one
product each after it. The loop holds only the recurrence. Each backward function reads as the
forward one above it upside down. Inputs are checked by the cell; nothing here looks at shapes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from .trace import HC, Grads, H, Trace

Params = dict[str, np.ndarray]


def sigmoid(a: np.ndarray) -> np.ndarray:
    """Return σ(a) = 1 / (1 + e^(−a)), by way of tanh, which never overflows."""
    return 0.5 + 0.5 * np.tanh(0.5 * a)


def relu(a: np.ndarray) -> np.ndarray:
    """Return max(0, a)."""
    return np.maximum(a, 0)


class Activation(NamedTuple):
    """A function φ, and its slope dφ/da written in terms of the value y = φ(a)."""

    value: Callable[[np.ndarray], np.ndarray]
    slope: Callable[[np.ndarray], np.ndarray]


ACTIVATIONS = {
    "tanh": Activation(np.tanh, lambda y: 1 - y**2),
    "logistic": Activation(sigmoid, lambda y: y * (1 - y)),
    "relu": Activation(relu, lambda y: (y > 0).astype(y.dtype)),
    "identity": Activation(lambda a: a, np.ones_like),
}


def rnn_forward(p: Params, xs: np.ndarray, h: np.ndarray, activation: str) -> Params:
    """Return the hidden states, by letter."""
    phi = ACTIVATIONS[activation].value
    hs = xs @ p["W_hx"].T + p["b_h"]  # (T, B, H), becomes h in place
    W_T = p["W_hh"].T
    for a in hs:
        a += h @ W_T
        a[...] = phi(a)
        h = a
    return {"h": hs}


def rnn_backward(
    p: Params, trace: Trace, dh: np.ndarray, dh_next: np.ndarray, activation: str
) -> Grads:
    """Return every gradient of `rnn_forward`."""
    slope = ACTIVATIONS[activation].slope(trace.h)
    dhs, da = np.empty_like(dh), np.empty_like(dh)
    for t in reversed(range(len(trace))):
        dhs[t] = dh[t] + dh_next
        da[t] = dhs[t] * slope[t]
        dh_next = da[t] @ p["W_hh"]
    params = _linear_grads("h", da, trace.xs, trace.before("h"))
    return Grads(params, da @ p["W_hx"], H(dh_next), dhs)


def lstm_forward(p: Params, xs: np.ndarray, h: np.ndarray, c: np.ndarray) -> Params:
    """Return gates, cell states, tanh(c) and hidden states, by letter."""
    W, U, b = _stacked(p, "ifgo")
    steps, batch, size = len(xs), *h.shape
    acts = xs @ W.T + b  # (T, B, 4H), pre-activations that become i f g o in place
    cs, tanh_cs, hs = (np.empty((steps, batch, size), acts.dtype) for _ in range(3))
    U_T, candidate = U.T, slice(2 * size, 3 * size)
    for t, a in enumerate(acts):
        a += h @ U_T
        g = np.tanh(a[:, candidate])
        a[...] = sigmoid(a)
        a[:, candidate] = g
        i, f, _, o = _split(a, 4)
        c = np.add(f * c, i * g, out=cs[t])
        h = np.multiply(o, np.tanh(c, out=tanh_cs[t]), out=hs[t])
    i, f, g, o = _split(acts, 4)
    return {"i": i, "f": f, "g": g, "o": o, "c": cs, "tanh_c": tanh_cs, "h": hs}


def lstm_backward(
    p: Params,
    trace: Trace,
    dh: np.ndarray,
    dh_next: np.ndarray,
    dc_next: np.ndarray,
    dc: np.ndarray | None = None,
) -> Grads:
    """Return every gradient of `lstm_forward`."""
    W, U, _ = _stacked(p, "ifgo")
    i, f, g, o, tanh_c = (trace[k] for k in ("i", "f", "g", "o", "tanh_c"))
    dc_dh = o * (1 - tanh_c**2)  # ∂h_t/∂c_t, all steps at once
    slope_c = np.concatenate(  # ∂c_t/∂a_t for the gates i f g
        [g * i * (1 - i), trace.before("c") * f * (1 - f), i * (1 - g**2)], axis=-1
    )
    slope_o = tanh_c * o * (1 - o)  # ∂h_t/∂a_t for the gate o
    dhs, dcs, da = np.empty_like(dh), np.empty_like(dh), np.empty((*dh.shape[:2], len(U)), dh.dtype)
    for t in reversed(range(len(trace))):
        dhs[t] = dh[t] + dh_next
        dcs[t] = dc_next + dhs[t] * dc_dh[t] + (0 if dc is None else dc[t])
        da[t] = np.concatenate([np.tile(dcs[t], 3) * slope_c[t], dhs[t] * slope_o[t]], axis=-1)
        dh_next = da[t] @ U
        dc_next = dcs[t] * f[t]
    params: Params = {}
    for k, da_k in zip("ifgo", _split(da, 4), strict=True):
        params |= _linear_grads(k, da_k, trace.xs, trace.before("h"))
    return Grads(params, da @ W, HC(dh_next, dc_next), dhs, dcs)


def gru_forward(p: Params, xs: np.ndarray, h: np.ndarray, reset: str) -> Params:
    """Return gates, candidate, its recurrent part `u` where reset is after, and states."""
    W, U, b = _stacked(p, "rzn")
    steps, batch, size = len(xs), *h.shape
    acts = xs @ W.T + b  # (T, B, 3H), pre-activations that become r z n in place
    us, hs = (np.empty((steps, batch, size), acts.dtype) for _ in range(2))
    U_rz, U_n = U[: 2 * size].T, p["W_nh"].T
    for t, a in enumerate(acts):
        rz, n = a[:, : 2 * size], a[:, 2 * size :]
        rz[...] = sigmoid(rz + h @ U_rz)
        r, z = _split(rz, 2)
        if reset == "after":
            us[t] = h @ U_n + p.get("b_nh", 0)
            n += r * us[t]
        else:
            n += (r * h) @ U_n
        n[...] = np.tanh(n)
        h = np.add((1 - z) * h, z * n, out=hs[t])
    r, z, n = _split(acts, 3)
    return {"r": r, "z": z, "n": n} | ({"u": us} if reset == "after" else {}) | {"h": hs}


def gru_backward(p: Params, trace: Trace, dh: np.ndarray, dh_next: np.ndarray, reset: str) -> Grads:
    """Return every gradient of `gru_forward`."""
    W, U, _ = _stacked(p, "rzn")
    r, z, n, before = trace["r"], trace["z"], trace["n"], trace.before("h")
    size, after = r.shape[-1], reset == "after"
    slope_r, slope_z, slope_n = r * (1 - r), (n - before) * z * (1 - z), z * (1 - n**2)
    dhs, da = np.empty_like(dh), np.empty((*dh.shape[:2], 3 * size), dh.dtype)
    da_r, da_z, da_n = _split(da, 3)
    for t in reversed(range(len(trace))):
        dhs[t] = dh[t] + dh_next
        da_n[t] = dhs[t] * slope_n[t]
        da_z[t] = dhs[t] * slope_z[t]
        if after:
            da_r[t] = da_n[t] * trace["u"][t] * slope_r[t]
            through_n = (da_n[t] * r[t]) @ p["W_nh"]
        else:
            d_reset = da_n[t] @ p["W_nh"]  # ∂L/∂(r_t ⊙ h_{t−1})
            da_r[t] = d_reset * before[t] * slope_r[t]
            through_n = d_reset * r[t]
        dh_next = dhs[t] * (1 - z[t]) + through_n + da[t, :, : 2 * size] @ U[: 2 * size]
    params = _linear_grads("r", da_r, trace.xs, before) | _linear_grads("z", da_z, trace.xs, before)
    params |= _linear_grads("n", da_n, trace.xs, before if after else r * before)
    if after:
        recurrent = _linear_grads("n", da_n * r, trace.xs, before)
        params["W_nh"] = recurrent["W_nh"]
        if "b_nh" in p:
            params["b_nh"] = recurrent["b_n"]
    return Grads(params, da @ W, H(dh_next), dhs)


def _stacked(p: Params, letters: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the weights from x, the weights from h and the biases, gate under gate."""
    return (
        np.concatenate([p[f"W_{k}x"] for k in letters]),  # (GH, D)
        np.concatenate([p[f"W_{k}h"] for k in letters]),  # (GH, H)
        np.concatenate([p[f"b_{k}"] for k in letters]),  # (GH,)
    )


def _split(a: np.ndarray, gates: int) -> list[np.ndarray]:
    """Return views of the gates of `a`, shape (..., GH)."""
    return np.split(a, gates, axis=-1)


def _linear_grads(k: str, da: np.ndarray, xs: np.ndarray, h_before: np.ndarray) -> Params:
    """Return the gradients of a = W_kx x + W_kh h + b_k, summed over steps and batch."""
    rows = da.reshape(-1, da.shape[-1])  # (TB, H)
    return {
        f"W_{k}x": rows.T @ xs.reshape(len(rows), -1),
        f"W_{k}h": rows.T @ h_before.reshape(len(rows), -1),
        f"b_{k}": rows.sum(axis=0),
    }
