"""Less memory for a little more time: keep the state now and then, compute the rest again.

Backpropagation through time needs what every step saw, so its memory grows with T. Cut into
segments of √T steps, the forward pass keeps the state before each segment and nothing else but h;
the backward pass computes one segment again at a time. Chen et al. (2016) describe the idea.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from . import checks
from .trace import Grads, Trace, map_state

Run = Callable[[Trace], Trace]


def segment(checkpoint: object, steps: int) -> int:
    """Return how many steps a segment has: ⌈√T⌉ for True, 0 where there are no checkpoints.

    Examples
    --------
    >>> segment(True, 100), segment(True, 101), segment(7, 100), segment(False, 100)
    (10, 11, 7, 0)
    """
    if checkpoint is False:
        return 0
    if checkpoint is True:
        return math.isqrt(steps - 1) + 1
    return checks.size("checkpoint", checkpoint)


def forward(run: Run, trace: Trace, segment: int) -> Trace:
    """Fill `trace` with h and the state before each segment; `run` fills the trace of one."""
    checkpoints, hs = {0: trace.start}, None
    for at in range(0, len(trace), segment):
        part = run(_part(trace, at, segment, checkpoints[at]))
        if hs is None:
            hs = np.empty((len(trace), *part.h.shape[1:]), part.h.dtype)  # (T, B, H)
        hs[at : at + segment] = part.h
        checkpoints[at + len(part)] = map_state(np.copy, part.end)
        del part  # before the next is computed
    return trace.replace(arrays={"h": hs}, checkpoints=checkpoints)


def backward(
    run: Run, pull: Callable[..., Grads], trace: Trace, dh: np.ndarray, dstate: Any
) -> Grads:
    """Return the gradients, segment by segment from the last; `pull` is one segment's backward."""
    params: dict[str, np.ndarray] = {}
    dxs, starts = np.empty_like(trace.xs), list(trace.checkpoints)
    for at, until in zip(starts[-2::-1], starts[:0:-1], strict=True):
        part = run(_part(trace, at, until - at, trace.checkpoints[at]))
        grads = pull(part, dh[at:until], dstate)
        dxs[at:until], dstate = grads.xs, map_state(np.copy, grads.state)
        for name, grad in grads.params.items():
            params[name] = params[name] + grad if name in params else grad
        del part, grads  # before the next are computed
    return Grads(params, dxs, dstate)


def _part(trace: Trace, at: int, steps: int, start: Any) -> Trace:
    xs, lengths = trace.xs[at : at + steps], trace.lengths
    if lengths is not None:
        lengths = np.clip(lengths - at, 0, len(xs))
    return trace.replace(xs=xs, start=start, arrays={}, lengths=lengths, checkpoints={})
