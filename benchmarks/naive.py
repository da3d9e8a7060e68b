"""The cells as they are first written in NumPy: one product for each gate and step.

This is a peer to compare with, not a part of the package. Parameters are named as in `rnn_core`;
the GRU has its reset gate after the product.
"""

from __future__ import annotations

import numpy as np

Arrays = dict[str, np.ndarray]


def sigmoid(a: np.ndarray) -> np.ndarray:
    """Return σ(a), by way of tanh."""
    return 0.5 + 0.5 * np.tanh(0.5 * a)


def gate(p: Arrays, k: str, x: np.ndarray, h: np.ndarray) -> np.ndarray:
    """Return the sum that goes into gate k."""
    return x @ p[f"W_{k}x"].T + h @ p[f"W_{k}h"].T + p[f"b_{k}"]


def gate_back(
    p: Arrays, grads: Arrays, k: str, x: np.ndarray, h: np.ndarray, da: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Add the gradients of gate k, and return what goes on to x and to h."""
    grads[f"W_{k}x"] += da.T @ x
    grads[f"W_{k}h"] += da.T @ h
    grads[f"b_{k}"] += da.sum(axis=0)
    return da @ p[f"W_{k}x"], da @ p[f"W_{k}h"]


def rnn(p: Arrays, xs: np.ndarray, dh: np.ndarray) -> tuple[Arrays, np.ndarray]:
    """Run an RNN forward and back; return the gradients of the parameters and of xs."""
    h = np.zeros_like(dh[0])
    seen = []
    for x in xs:
        before, h = h, np.tanh(gate(p, "h", x, h))
        seen.append((x, before, h))
    grads, dxs, dh_next = {k: np.zeros_like(w) for k, w in p.items()}, np.empty_like(xs), 0
    for t in reversed(range(len(xs))):
        x, before, h = seen[t]
        da = (dh[t] + dh_next) * (1 - h**2)
        dxs[t], dh_next = gate_back(p, grads, "h", x, before, da)
    return grads, dxs


def lstm(p: Arrays, xs: np.ndarray, dh: np.ndarray) -> tuple[Arrays, np.ndarray]:
    """Do the same for an LSTM."""
    h, c = np.zeros_like(dh[0]), np.zeros_like(dh[0])
    seen = []
    for x in xs:
        i, f, o = (sigmoid(gate(p, k, x, h)) for k in "ifo")
        g = np.tanh(gate(p, "g", x, h))
        seen.append((x, h, c, i, f, g, o))
        c = f * c + i * g
        h = o * np.tanh(c)
    grads, dxs = {k: np.zeros_like(w) for k, w in p.items()}, np.zeros_like(xs)
    dh_next, dc_next = np.zeros_like(h), np.zeros_like(c)
    for t in reversed(range(len(xs))):
        x, before, c_before, i, f, g, o = seen[t]
        tanh_c = np.tanh(f * c_before + i * g)
        d = dh[t] + dh_next
        dc = dc_next + d * o * (1 - tanh_c**2)
        sums = {
            "i": dc * g * i * (1 - i),
            "f": dc * c_before * f * (1 - f),
            "g": dc * i * (1 - g**2),
            "o": d * tanh_c * o * (1 - o),
        }
        dh_next, dc_next = np.zeros_like(h), dc * f
        for k, da in sums.items():
            dx, back = gate_back(p, grads, k, x, before, da)
            dxs[t] += dx
            dh_next += back
    return grads, dxs


def gru(p: Arrays, xs: np.ndarray, dh: np.ndarray) -> tuple[Arrays, np.ndarray]:
    """Do the same for a GRU; z weighs the new state."""
    h = np.zeros_like(dh[0])
    seen = []
    for x in xs:
        r, z = (sigmoid(gate(p, k, x, h)) for k in "rz")
        u = h @ p["W_nh"].T
        n = np.tanh(x @ p["W_nx"].T + p["b_n"] + r * u)
        seen.append((x, h, r, z, n, u))
        h = (1 - z) * h + z * n
    grads, dxs = {k: np.zeros_like(w) for k, w in p.items()}, np.empty_like(xs)
    dh_next = np.zeros_like(h)
    for t in reversed(range(len(xs))):
        x, before, r, z, n, u = seen[t]
        d = dh[t] + dh_next
        da_n = d * z * (1 - n**2)
        dx_r, dh_r = gate_back(p, grads, "r", x, before, da_n * u * r * (1 - r))
        dx_z, dh_z = gate_back(p, grads, "z", x, before, d * (n - before) * z * (1 - z))
        grads["W_nx"] += da_n.T @ x
        grads["W_nh"] += (da_n * r).T @ before
        grads["b_n"] += da_n.sum(axis=0)
        dxs[t] = dx_r + dx_z + da_n @ p["W_nx"]
        dh_next = d * (1 - z) + dh_r + dh_z + (da_n * r) @ p["W_nh"]
    return grads, dxs


CELLS = {"RNN": rnn, "LSTM": lstm, "GRU": gru}
