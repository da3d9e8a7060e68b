"""The RNN over a whole sequence, forward and back. See `__init__.py` for the ideas."""

from __future__ import annotations

import numpy as np

from ..trace import Grads, H, Trace
from .common import ACTIVATIONS, Params, chunks, unbuffered


@unbuffered()
def rnn_forward(p: Params, xs: np.ndarray, h: np.ndarray, activation: str) -> Params:
    """Return the hidden states, by letter."""
    phi, U_T = ACTIVATIONS[activation].value, p["W_hh"].T.copy()
    rows = xs.reshape(-1, xs.shape[2]) @ p["W_hx"].T  # (TB, H)
    rows += p["b_h"]
    hs, recalled = rows.reshape(len(xs), *h.shape), np.empty(h.shape, xs.dtype)
    for a in hs:
        h.dot(U_T, recalled)
        a += recalled
        h = phi(a, a)
    return {"h": hs}


@unbuffered()
def rnn_backward(
    p: Params, trace: Trace, dh: np.ndarray, dh_next: np.ndarray, activation: str
) -> Grads:
    """Return every gradient of `rnn_forward`."""
    slope, U = ACTIVATIONS[activation].slope, p["W_hh"]
    dhs, dh_next = dh.copy(), dh_next.copy()
    da = np.empty_like(dhs)
    for now, _ in chunks(trace, slice(0, len(dhs)), 1):
        slope(trace.h[now], da[now])
        for dh_t, da_t in zip(dhs[now][::-1], da[now][::-1], strict=True):
            dh_t += dh_next
            da_t *= dh_t  # the slope ∂h_t/∂a_t becomes ∂L/∂a_t
            da_t.dot(U, dh_next)
    rows, late = da.reshape(-1, len(U)), da[1:].reshape(-1, len(U))  # (TB, H), (TB − B, H)
    params = {
        "W_hx": rows.T @ trace.xs.reshape(len(rows), -1),
        "W_hh": late.T @ trace.h[:-1].reshape(late.shape) + da[0].T @ trace.start.h,
        "b_h": rows.sum(axis=0),
    }
    return Grads(params, (rows @ p["W_hx"]).reshape(trace.xs.shape), H(dh_next), dhs)
