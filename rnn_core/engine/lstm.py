"""The LSTM over a whole sequence, forward and back. See `__init__.py` for the ideas.

A block holds o_t i_t f_t g_t c_{t−1} of a step, in this order: the four gates are one product
and one tanh, o i f are squashed alike, and i f times g c are the two terms of c_t.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, repeat

import numpy as np

from ..trace import HC, Grads, Trace
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

GATES = "oifg"


@unbuffered()
def lstm_forward(p: Params, xs: np.ndarray, h: np.ndarray, c: np.ndarray) -> Params:
    """Return gates, cell states, tanh(c) and hidden states, by letter."""
    W = packed(p, GATES, halved="oif")  # (4H, D + 1 + H)
    columns, hs = columns_of(xs, h)
    steps, size, batch = hs.shape
    block = np.empty((steps + 1, 5 * size, batch), xs.dtype)  # o_t i_t f_t g_t c_{t−1}
    cs, tanh_cs = block[1:, 4 * size :], np.empty(hs.shape, xs.dtype)
    block[0, 4 * size :] = c.T
    _recur(W, columns[:-1], block[:-1], cs, tanh_cs, hs)
    o, i, f, g = (block[:-1, n * size : (n + 1) * size] for n in range(4))
    arrays = {"i": i, "f": f, "g": g, "o": o, "c": cs, "tanh_c": tanh_cs, "h": hs}
    return {letter: by_features(a) for letter, a in arrays.items()}


def _recur(
    W: np.ndarray,
    columns: np.ndarray,
    block: np.ndarray,
    cs: np.ndarray,
    tanh_cs: np.ndarray,
    hs: np.ndarray,
) -> None:
    """Fill `block`, `cs`, `tanh_cs` and `hs`, from the first step to the last."""
    size, half = hs.shape[1], np.array(0.5, hs.dtype)
    ifgo, ifo, i_f = block[:, : 4 * size], block[:, : 3 * size], block[:, size : 3 * size]
    g_c, os = block[:, 3 * size :], block[:, :size]
    terms = np.empty(i_f.shape[1:], hs.dtype)  # i_t ⊙ g_t and f_t ⊙ c_{t−1}
    new, kept = terms[:size], terms[size:]
    add, multiply, tanh = np.add, np.multiply, np.tanh  # a local name is found faster
    for column, a, sigmas, gates, values, o, c, tanh_c, h in zip(
        columns, ifgo, ifo, i_f, g_c, os, cs, tanh_cs, hs, strict=True
    ):
        W.dot(column, a)
        tanh(a, a)
        sigmas *= half
        sigmas += half
        multiply(gates, values, terms)
        add(new, kept, c)
        tanh(c, tanh_c)
        multiply(o, tanh_c, h)


@unbuffered()
def lstm_backward(
    p: Params,
    trace: Trace,
    dh: np.ndarray,
    dh_next: np.ndarray,
    dc_next: np.ndarray,
    dc: np.ndarray | None = None,
) -> Grads:
    """Return every gradient of `lstm_forward`; `dc` is ∂L/∂c_t by a direct path."""
    W, U = (stacked(p, kind, GATES) for kind in ("W_?x", "W_?h"))  # (4H, D), (4H, H)
    U_T, dxs = U.T.copy(), np.empty(trace.xs.shape, dh.dtype)
    dW, dU, db = np.zeros_like(W), np.zeros_like(U), np.zeros_like(W[:, 0])
    dhs = by_features(dh).copy()  # (T, H, B), the later steps to be added
    dcs, direct = np.empty_like(dhs), repeat(None) if dc is None else iter(by_features(dc)[::-1])
    dh_next, dc_next = dh_next.T.copy(), dc_next.T.copy()
    for steps in blocks(trace):
        da = _gates_back(U_T, trace, steps, dhs, dcs, direct, dh_next, dc_next)  # (4H, tB)
        dW += da @ as_rows(trace.xs[steps])
        dU += da @ as_rows(by_features(before(trace, "h", steps)))
        db += da @ np.ones(da.shape[1], da.dtype)
        da.T.dot(W, as_rows(dxs[steps]))
        del da  # or it would still be there beside the next one
    grads = named("W_?x", GATES, dW) | named("W_?h", GATES, dU) | named("b_?", GATES, db)
    params = {name: grads[name] for name in p}
    return Grads(params, dxs, HC(dh_next.T, dc_next.T), by_features(dhs), by_features(dcs))


def _gates_back(
    U_T: np.ndarray,
    trace: Trace,
    steps: slice,
    dhs: np.ndarray,
    dcs: np.ndarray,
    direct: Iterator[np.ndarray | None],
    dh_next: np.ndarray,
    dc_next: np.ndarray,
) -> np.ndarray:
    """Return ∂L/∂ of what each gate was squashed from; update what is later than it."""
    _, size, batch = dhs.shape
    da = np.empty((4 * size, steps.stop - steps.start, batch), dhs.dtype)
    for now, place in chunks(trace, steps, 6):
        slopes, dh_dc = _slopes(trace, now)
        _recur_back(U_T, slopes, dh_dc, dhs[now], dcs[now], direct, dh_next, dc_next)
        da[:, place] = slopes[:, : 4 * size].swapaxes(0, 1)
        del slopes, dh_dc
    return da.reshape(4 * size, -1)


def _slopes(trace: Trace, steps: slice) -> tuple[np.ndarray, np.ndarray]:
    """Return ∂h_t/∂a for o, ∂c_t/∂a for i f g and ∂c_t/∂c_{t−1} in a block; and ∂h_t/∂c_t."""
    i, f, g, o, tanh_c = (
        by_features(trace.arrays[k][steps]) for k in ("i", "f", "g", "o", "tanh_c")
    )
    size = i.shape[1]
    slopes = np.empty((len(i), 5 * size, i.shape[2]), i.dtype)
    d_o, d_i, d_f, d_g, d_c = (slopes[:, n * size : (n + 1) * size] for n in range(5))
    for d, s, other in ((d_o, o, tanh_c), (d_i, i, g), (d_f, f, before(trace, "c", steps))):
        np.subtract(1, s, d)
        d *= s
        d *= other
    dh_dc = np.empty(tanh_c.shape, i.dtype)
    for d, tanh, other in ((d_g, g, i), (dh_dc, tanh_c, o)):
        np.multiply(tanh, tanh, d)
        np.subtract(1, d, d)
        d *= other
    d_c[...] = f
    return slopes, dh_dc


def _recur_back(
    U_T: np.ndarray,
    slopes: np.ndarray,
    dh_dc: np.ndarray,
    dhs: np.ndarray,
    dcs: np.ndarray,
    direct: Iterator[np.ndarray | None],
    dh_next: np.ndarray,
    dc_next: np.ndarray,
) -> None:
    """Turn slopes into ∂L/∂a, from the last step to the first; update what is later than it."""
    back, size = slopes[::-1], dhs.shape[1]
    four = np.empty((4, size, dhs.shape[2]), dhs.dtype)  # ∂L/∂c_t, once for each of i f g c_{t−1}
    multiply, later = np.multiply, dc_next
    for da, d_o, d_ifgc, d_before, dc_t, dh_t, dc_by_h, extra in zip(
        back[:, : 4 * size],
        back[:, :size],
        back[:, size:].reshape(len(back), 4, size, -1),
        back[:, 4 * size :],
        dcs[::-1],
        dhs[::-1],
        dh_dc[::-1],
        islice(direct, len(back)),
        strict=True,
    ):
        dh_t += dh_next
        multiply(dc_by_h, dh_t, dc_t)
        dc_t += later
        if extra is not None:
            dc_t += extra
        d_o *= dh_t
        four[...] = dc_t
        d_ifgc *= four
        U_T.dot(da, dh_next)
        later = d_before
    dc_next[...] = later
