"""The GRU over a whole sequence, forward and back. See `__init__.py` for the ideas.

A block holds n_t z_t r_t of a step, in this order, and u_t = W_nh h_{t−1} + b_nh where the reset
gate acts after the product.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import repeat

import numpy as np

from ..trace import Grads, H, Trace
from .common import (
    Params,
    as_rows,
    before,
    blocks,
    by_features,
    chunks,
    columns_of,
    named,
    packed,
    stacked,
    unbuffered,
)

GATES = "nzr"


@unbuffered()
def gru_forward(p: Params, xs: np.ndarray, h: np.ndarray, reset: str) -> Params:
    """Return gates, candidate, its recurrent part `u` where reset is after, and states."""
    W, inputs, size = packed(p, GATES, halved="zr"), xs.shape[2], h.shape[1]
    columns, hs = columns_of(xs, h)
    after = reset == "after"
    block = np.empty((len(xs), (3 + after) * size, len(h)), xs.dtype)
    n, z, r, *us = (block[:, k : k + size] for k in range(0, block.shape[1], size))
    np.matmul(W[:size, : inputs + 1], columns[:-1, : inputs + 1], out=n)  # W_nx x + b_n
    if after:
        U = W[:size, inputs:].copy()  # b_nh and W_nh
        U[:, 0] = p.get("b_nh", 0)
        _recur(W[size:], U, columns, block, us[0], after)
    else:
        _recur(W[size:], p["W_nh"], columns, block, repeat(np.empty_like(n[0]), len(xs)), after)
    arrays = {"r": r, "z": z, "n": n} | ({"u": us[0]} if after else {}) | {"h": hs}
    return {letter: by_features(a) for letter, a in arrays.items()}


def _recur(
    W: np.ndarray,
    U: np.ndarray,
    columns: np.ndarray,
    block: np.ndarray,
    us: Iterable[np.ndarray],
    after: bool,
) -> None:
    """Fill `block` and the h in `columns`, from the first step to the last."""
    size, half = len(U), np.array(0.5, block.dtype)
    through = np.empty((size, block.shape[2]), block.dtype)
    now, hs = columns[:-1], columns[:, -size:]
    multiply, subtract, tanh = np.multiply, np.subtract, np.tanh  # a local name is found faster
    for column, one_h, h, h_new, n, zr, z, r, u in zip(
        now,
        now[:, -size - 1 :],
        hs[:-1],
        hs[1:],
        block[:, :size],
        block[:, size : 3 * size],
        block[:, size : 2 * size],
        block[:, 2 * size : 3 * size],
        us,
        strict=True,
    ):
        W.dot(column, zr)
        tanh(zr, zr)
        zr *= half
        zr += half
        if after:
            U.dot(one_h, u)
            multiply(r, u, through)
        else:
            multiply(r, h, u)
            U.dot(u, through)
        n += through
        tanh(n, n)
        subtract(n, h, h_new)
        h_new *= z
        h_new += h


@unbuffered()
def gru_backward(p: Params, trace: Trace, dh: np.ndarray, dh_next: np.ndarray, reset: str) -> Grads:
    """Return every gradient of `gru_forward`."""
    size, after = dh.shape[2], reset == "after"
    W, dxs = stacked(p, "W_?x", "nzr"), np.empty(trace.xs.shape, dh.dtype)  # (3H, D), (T, B, D)
    dW, dU = np.zeros_like(W), np.zeros((3 * size, size), W.dtype)
    db = np.zeros((3 + after) * size, W.dtype)
    products = ("zrn",) if after else ("zr", "n")  # what the loop multiplies at once
    recurrent = [stacked(p, "W_?h", letters).T.copy() for letters in products]
    dhs, dh_next = by_features(dh).copy(), dh_next.T.copy()  # (T, H, B), (H, B)
    for steps in blocks(trace):
        da = _gates_back(recurrent, trace, steps, dhs, dh_next)  # of n z r u, (·, tB)
        hs = as_rows(by_features(before(trace, "h", steps)))  # (tB, H)
        dW += da[: 3 * size] @ as_rows(trace.xs[steps])
        dU[: len(da) - size] += da[size:] @ hs
        if not after:
            dU[2 * size :] += da[:size] @ (hs * as_rows(trace["r"][steps]))
        db += da @ np.ones(da.shape[1], da.dtype)
        da[: 3 * size].T.dot(W, as_rows(dxs[steps]))
        del da, hs  # or they would still be there beside the next ones
    grads = named("W_?x", "nzr", dW) | named("W_?h", "zrn", dU) | {"b_nh": db[3 * size :]}
    grads |= named("b_?", "nzr", db[: 3 * size])
    return Grads({name: grads[name] for name in p}, dxs, H(dh_next.T), by_features(dhs))


def _gates_back(
    recurrent: list[np.ndarray], trace: Trace, steps: slice, dhs: np.ndarray, dh_next: np.ndarray
) -> np.ndarray:
    """Return ∂L/∂ of what each gate was squashed from, and of u; update `dhs` and `dh_next`."""
    _, size, batch = dhs.shape
    after = len(recurrent) == 1
    recur_back: Callable[..., None] = _recur_back_after if after else _recur_back_before
    da = np.empty(((3 + after) * size, steps.stop - steps.start, batch), dhs.dtype)
    for now, place in chunks(trace, steps, 5):
        slopes = _slopes(trace, now, after)
        recur_back(*recurrent, slopes, dhs[now], dh_next)
        da[:, place] = slopes[:, size : size + len(da)].swapaxes(0, 1)
        del slopes
    return da.reshape(len(da), -1)


def _slopes(trace: Trace, steps: slice, after: bool) -> np.ndarray:
    """Return what to multiply by: 1 − z for h_{t−1}, then slopes for n z r, then for u or r ⊙ h.

    Where the reset gate acts after the product, all are ∂h_t/∂ of it; where before, the last two
    are ∂(r ⊙ h_{t−1})/∂a_r and ∂(r ⊙ h_{t−1})/∂h_{t−1}.
    """
    r, z, n = (by_features(trace.arrays[k][steps]) for k in "rzn")
    h, size = before(trace, "h", steps), n.shape[1]
    slopes = np.empty((len(n), 5 * size, n.shape[2]), n.dtype)
    keep, d_n, d_z, d_r, d_last = (slopes[:, k * size : (k + 1) * size] for k in range(5))
    np.subtract(1, z, keep)
    np.multiply(n, n, d_n)
    np.subtract(1, d_n, d_n)
    d_n *= z  # z (1 − n²)
    np.subtract(n, h, d_z)
    d_z *= z
    d_z *= keep  # (n − h) z (1 − z)
    np.subtract(1, r, d_r)
    if after:
        np.multiply(d_n, r, d_last)
        d_r *= by_features(trace.arrays["u"][steps])
        d_r *= d_last  # z (1 − n²) u r (1 − r)
    else:
        d_last[...] = r
        d_r *= r
        d_r *= h  # h r (1 − r)
    return slopes


def _recur_back_after(
    U_T: np.ndarray, slopes: np.ndarray, dhs: np.ndarray, dh_next: np.ndarray
) -> None:
    """Turn slopes into gradients, and update `dh_next`, from the last step to the first."""
    back, size = slopes[::-1], len(dh_next)
    gates = back.reshape(len(back), 5, size, -1)
    five = np.empty(gates.shape[1:], gates.dtype)  # ∂L/∂h_t, once for each
    for d, da_zru, keep, dh_t in zip(
        gates, back[:, 2 * size :], back[:, :size], dhs[::-1], strict=True
    ):
        dh_t += dh_next
        five[...] = dh_t
        d *= five
        U_T.dot(da_zru, dh_next)
        dh_next += keep


def _recur_back_before(
    U_zr_T: np.ndarray, U_n_T: np.ndarray, slopes: np.ndarray, dhs: np.ndarray, dh_next: np.ndarray
) -> None:
    """Do the same where r acts before the product, through d = ∂L/∂(r_t ⊙ h_{t−1})."""
    back, size, d = slopes[::-1], len(dh_next), np.empty_like(dh_next)
    gates = back.reshape(len(back), 5, size, -1)
    for by_h, by_d, da_n, da_zr, keep, through, dh_t in zip(
        gates[:, :3],
        gates[:, 3:],
        gates[:, 1],
        back[:, 2 * size : 4 * size],
        gates[:, 0],
        gates[:, 4],
        dhs[::-1],
        strict=True,
    ):
        dh_t += dh_next
        by_h *= dh_t
        U_n_T.dot(da_n, d)
        by_d *= d
        U_zr_T.dot(da_zr, dh_next)
        dh_next += keep
        dh_next += through
