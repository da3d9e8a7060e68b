"""Cells put together: on top of each other, or reading both ways.

Both are layers as a cell is: `forward` returns a trace with `h`, and `backward` the gradients. The
names of the parameters say whose they are: "0.W_ix" in a stack, "forward.W_ix" in a pair.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from . import checks, padding
from .cell import Cell, Layer
from .trace import Grads, Trace


@dataclass(frozen=True, repr=False)
class NetworkTrace(Trace):
    """What one pass of several cells saw: `h` on top, and `parts`, the trace of each by its name.

    `trace["0.f"]` is `trace.parts["0"]["f"]`.

    Examples
    --------
    >>> import numpy as np
    >>> from rnn_core import RNN
    >>> rng = np.random.default_rng(0)
    >>> trace = Stacked([RNN(2, 3, rng=rng), RNN(3, 1, rng=rng)]).forward(np.ones((4, 1, 2)))
    >>> trace
    <Trace Stacked T=4 B=1 D=2 H=1: h 0.h 1.h>
    """

    parts: Mapping[str, Trace] = field(default_factory=dict)

    @property
    def end(self) -> Any:
        """The state after the last step: a tuple with the end of each part."""
        ends = (part.end for part in self.parts.values())
        return Both(*ends) if isinstance(self.start, Both) else tuple(ends)

    def before(self, letter: str) -> np.ndarray:
        """Raise KeyError: each of the parts has states of its own."""
        known = ", ".join(self.parts)
        raise KeyError(f"ask one of the parts, {known}, for its state before; got {letter!r}")


class Both(NamedTuple):
    """The state of a `Bidirectional`: one of the cell that reads forward, one of the other.

    Examples
    --------
    >>> Both(forward="left to right", backward="right to left").backward
    'right to left'
    """

    forward: Any
    backward: Any


class _Network(Layer):
    """A layer made of named layers."""

    parts: dict[str, Layer]

    @property
    def params(self) -> dict[str, np.ndarray]:
        """The parameters of every part, by dotted name: the very arrays, not copies."""
        return _dotted({name: part.params for name, part in self.parts.items()})

    def _gather(self, traces: dict[str, Trace], xs: Any, start: Any, h: np.ndarray) -> NetworkTrace:
        arrays = {"h": h} | _dotted({name: trace.arrays for name, trace in traces.items()})
        lengths = next(iter(traces.values())).lengths
        return NetworkTrace(self.kind, xs, start, arrays, {}, lengths, parts=traces)

    def _check_trace(self, trace: Any) -> Mapping[str, Trace]:
        checks.instance("trace", trace, Trace)
        parts = trace.parts if isinstance(trace, NetworkTrace) else {}
        if trace.kind != self.kind or parts.keys() != self.parts.keys():
            raise ValueError(
                f"trace must be one of {self.kind} with the parts {', '.join(self.parts)}; "
                f"got {trace!r}"
            )
        return parts

    def _check_same(self, name: str) -> None:
        """Raise ValueError if the parts differ in an attribute that they must share."""
        found = {key: getattr(part, name) for key, part in self.parts.items()}
        if len(set(found.values())) > 1:
            spelled = ", ".join(f"{key}: {value}" for key, value in found.items())
            raise ValueError(f"the cells must have the same {name}; got {spelled}")

    def _checked_states(self, name: str, state: Any, batch: int) -> tuple[Any, ...]:
        if state is None:
            return self.zero_state(batch)
        if not isinstance(state, tuple) or len(state) != len(self.parts):
            raise TypeError(
                f"{name} must be a tuple of {len(self.parts)} states, one for each of "
                f"{', '.join(self.parts)}; got {state!r:.60}"
            )
        return state


class Stacked(_Network):
    """Layers on top of each other: each reads the hidden states of the one below.

    Parameters
    ----------
    layers : sequence of Cell, Bidirectional or Stacked
        From the bottom up. Each must have as `input_size` the `hidden_size` of the one below.

    Raises
    ------
    TypeError, ValueError
        If there is none, one is something else or stands there twice, widths do not fit, or
        dtypes differ.

    Examples
    --------
    >>> import numpy as np
    >>> from rnn_core import LSTM
    >>> rng = np.random.default_rng(0)
    >>> stack = Stacked([LSTM(2, 4, rng=rng), LSTM(4, 3, rng=rng)])
    >>> trace = stack.forward(np.ones((5, 1, 2)))
    >>> trace.h.shape, trace["0.f"].shape
    ((5, 1, 3), (5, 1, 4))
    """

    def __init__(self, layers: Iterable[Layer]) -> None:
        self.layers = tuple(checks.instance("layers", layers, Iterable))
        if not self.layers:
            raise ValueError("layers must have at least one layer; got none")
        for at, layer in enumerate(self.layers):
            checks.instance(f"layers[{at}]", layer, Layer)
        cells = [cell for layer in self.layers for cell in _cells(layer)]
        if len(set(map(id, cells))) < len(cells):
            raise ValueError("layers must be different objects; one stands there twice")
        for at, (below, above) in enumerate(zip(self.layers, self.layers[1:], strict=False)):
            if above.input_size != below.hidden_size:
                raise ValueError(
                    f"layers[{at + 1}] must have input_size {below.hidden_size}, the hidden_size "
                    f"of layers[{at}]; got {above.input_size}"
                )
        self.parts = {str(at): layer for at, layer in enumerate(self.layers)}
        self._check_same("dtype")
        self.input_size = self.layers[0].input_size
        self.hidden_size = self.layers[-1].hidden_size

    def __repr__(self) -> str:
        return f"Stacked([{', '.join(map(repr, self.layers))}])"

    def zero_state(self, batch_size: int) -> tuple[Any, ...]:
        """Return the states of zeros of all layers, from the bottom up."""
        return tuple(layer.zero_state(batch_size) for layer in self.layers)

    def forward(
        self, xs: Any, state: Any = None, *, lengths: Any = None, checkpoint: int | bool = False
    ) -> NetworkTrace:
        """Run over a sequence; arguments as for a cell, and `state` a tuple of states."""
        xs = checks.array("xs", xs, ("T", "B", self.input_size), self.dtype)
        start = self._checked_states("state", state, xs.shape[1])
        h, traces = xs, {}
        for (name, layer), begin in zip(self.parts.items(), start, strict=True):
            traces[name] = layer.forward(h, begin, lengths=lengths, checkpoint=checkpoint)
            h = traces[name].h
        return self._gather(traces, xs, tuple(trace.start for trace in traces.values()), h)

    def backward(self, trace: Any, dh: Any, dstate: Any = None) -> Grads:
        """Backpropagate from the top down; `Grads.h` and `Grads.c` are the top layer's."""
        traces = self._check_trace(trace)
        ends = self._checked_states("dstate", dstate, trace.xs.shape[1])
        found: dict[str, Grads] = {}
        for (name, layer), end in reversed([*zip(self.parts.items(), ends, strict=True)]):
            found[name] = layer.backward(traces[name], dh, end)
            dh = found[name].xs
        params = _dotted({name: found[name].params for name in self.parts})
        top, starts = found[[*self.parts][-1]], tuple(found[name].state for name in self.parts)
        return Grads(params, dh, starts, top.h, top.c)


class Bidirectional(_Network):
    """Two cells, one reading forward and one backward; h_t is both states side by side.

    Source: Schuster and Paliwal (1997). Here each sequence is read backwards from its own last
    step, not from the padding.

    Parameters
    ----------
    forward_cell, backward_cell : Cell
        Of the same sizes and dtype.

    Raises
    ------
    TypeError, ValueError
        If one is no cell, both are the same object, or sizes or dtypes differ.

    Examples
    --------
    >>> import numpy as np
    >>> from rnn_core import GRU
    >>> rng = np.random.default_rng(0)
    >>> both = Bidirectional(GRU(2, 3, rng=rng), GRU(2, 3, rng=rng))
    >>> both.forward(np.ones((5, 1, 2))).h.shape
    (5, 1, 6)
    """

    def __init__(self, forward_cell: Cell, backward_cell: Cell) -> None:
        checks.instance("forward_cell", forward_cell, Cell)
        checks.instance("backward_cell", backward_cell, Cell)
        if forward_cell is backward_cell:
            raise ValueError("backward_cell must be another object than forward_cell")
        self.parts = {"forward": forward_cell, "backward": backward_cell}
        for name in ("input_size", "hidden_size", "dtype"):
            self._check_same(name)
        self.input_size = forward_cell.input_size
        self.hidden_size = 2 * forward_cell.hidden_size

    def __repr__(self) -> str:
        return f"Bidirectional({', '.join(map(repr, self.parts.values()))})"

    def zero_state(self, batch_size: int) -> Both:
        """Return the states of zeros of both cells."""
        return Both(*(part.zero_state(batch_size) for part in self.parts.values()))

    def forward(
        self, xs: Any, state: Any = None, *, lengths: Any = None, checkpoint: int | bool = False
    ) -> NetworkTrace:
        """Run both ways; arguments as for a cell, and `state` a pair of states.

        The state of the backward cell starts behind the last step and ends before the first.
        """
        xs = checks.array("xs", xs, ("T", "B", self.input_size), self.dtype)
        start = self._checked_states("state", state, xs.shape[1])
        ahead, back = self.parts.values()
        options: dict[str, Any] = {"lengths": lengths, "checkpoint": checkpoint}
        first = ahead.forward(xs, start[0], **options)
        second = back.forward(padding.reverse(xs, first.lengths), start[1], **options)
        h = np.concatenate([first.h, padding.reverse(second.h, first.lengths)], axis=-1)
        traces = {"forward": first, "backward": second}
        return self._gather(traces, xs, Both(first.start, second.start), h)

    def backward(self, trace: Any, dh: Any, dstate: Any = None) -> Grads:
        """Backpropagate through both; `Grads.h` has them side by side as h has, `Grads.c` too."""
        traces = self._check_trace(trace)
        dh = checks.array("dh", dh, trace.h.shape, self.dtype)
        ends = self._checked_states("dstate", dstate, dh.shape[1])
        dhs = np.split(dh, 2, axis=-1)
        dhs[1] = padding.reverse(dhs[1], trace.lengths)
        grads = [
            part.backward(traces[name], d, end)
            for (name, part), d, end in zip(self.parts.items(), dhs, ends, strict=True)
        ]
        params = _dotted({name: g.params for name, g in zip(self.parts, grads, strict=True)})
        dxs = grads[0].xs + padding.reverse(grads[1].xs, trace.lengths)
        h = _side_by_side(grads[0].h, grads[1].h, trace.lengths)
        c = _side_by_side(grads[0].c, grads[1].c, trace.lengths)
        return Grads(params, dxs, Both(grads[0].state, grads[1].state), h, c)


def _cells(layer: Layer) -> list[Layer]:
    """Return the cells that a layer is made of, itself if it is one."""
    parts = layer.parts.values() if isinstance(layer, _Network) else ()
    return [cell for part in parts for cell in _cells(part)] or [layer]


def _dotted(groups: Mapping[str, Mapping[str, np.ndarray]]) -> dict[str, np.ndarray]:
    return {f"{name}.{key}": v for name, group in groups.items() for key, v in group.items()}


def _side_by_side(ahead: Any, back: Any, lengths: Any) -> np.ndarray | None:
    if ahead is None or back is None:
        return None
    return np.concatenate([ahead, padding.reverse(back, lengths)], axis=-1)
