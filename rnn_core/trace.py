"""What one pass over a sequence saw.

A forward pass returns a `Trace`: plain arrays by their letter in the formulas. Everything else
reads from it: the backward pass, the diagnostics, the plots and the widgets.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, TypeAlias

import numpy as np


class H(NamedTuple):
    """The state of an RNN or a GRU: `h`, shape (B, H).

    Examples
    --------
    >>> H(np.zeros((2, 3))).h.shape
    (2, 3)
    """

    h: np.ndarray


class HC(NamedTuple):
    """The state of an LSTM: `h` and `c`, both of shape (B, H).

    Examples
    --------
    >>> h, c = HC(np.zeros((2, 3)), np.ones((2, 3)))
    >>> float(c.sum())
    6.0
    """

    h: np.ndarray
    c: np.ndarray


State: TypeAlias = Any  # one of the tuples above, or of those that a variant or a network adds


@dataclass(frozen=True, repr=False)
class Trace:
    """Everything one forward pass saw.

    Attributes
    ----------
    kind : str
        The cell's name: "RNN", "LSTM", "GRU" or one of the variants.
    xs : ndarray, shape (T, B, D)
        The input; the caller's own array, if it had the cell's dtype.
    start : State
        The state before the first step.
    arrays : dict of ndarray, each of shape (T, B, H)
        By letter: the gates, the state, and what the backward pass needs again.
    options : dict
        The cell's choices of variant.
    lengths : ndarray of int, shape (B,), or None
        How many steps of each sequence are real. In the padding the state is held, all else 0.
    checkpoints : dict of State
        The states by the number of steps before them, where the pass kept no more than these
        and h. Empty for a pass that kept everything.

    Examples
    --------
    >>> import numpy as np
    >>> from rnn_core import LSTM
    >>> lstm = LSTM(2, 3, rng=np.random.default_rng(0))
    >>> trace = lstm.forward(np.ones((5, 1, 2)))
    >>> trace
    <Trace LSTM T=5 B=1 D=2 H=3: i f g o c tanh_c h>
    >>> trace["f"].shape
    (5, 1, 3)
    """

    kind: str
    xs: np.ndarray
    start: State
    arrays: dict[str, np.ndarray]
    options: dict[str, Any] = field(default_factory=dict)
    lengths: np.ndarray | None = None
    checkpoints: dict[int, State] = field(default_factory=dict)

    def __getitem__(self, letter: str) -> np.ndarray:
        if letter not in self.arrays:
            known = " ".join(self.arrays)
            kept = "a trace with checkpoints" if self.checkpoints else f"a trace of {self.kind}"
            raise KeyError(f"{kept} has the letters {known}; got {letter!r}")
        return self.arrays[letter]

    def __len__(self) -> int:
        return len(self.xs)

    def __repr__(self) -> str:
        steps, batch, inputs = self.xs.shape
        letters = " ".join(self.arrays)
        return f"<Trace {self.kind} T={steps} B={batch} D={inputs} H={self.h.shape[-1]}: {letters}>"

    def replace(self, **changes: Any) -> Trace:
        """Return a trace with some attributes changed."""
        return replace(self, **changes)

    @property
    def h(self) -> np.ndarray:
        """The hidden state after each step, shape (T, B, H)."""
        return self.arrays["h"]

    @property
    def c(self) -> np.ndarray:
        """The cell state after each step, shape (T, B, H); an LSTM's only."""
        return self["c"]

    @property
    def end(self) -> State:
        """The state after the last step, of each sequence's own last step."""
        if self.checkpoints:
            return self.checkpoints[len(self)]
        return type(self.start)(*(self.arrays[letter][-1] for letter in self.start._fields))

    def before(self, letter: str) -> np.ndarray:
        """Return the state `letter` as each step found it, shape (T, B, H): h₀ … h_{T−1}."""
        if letter not in self.start._fields:
            known = " ".join(self.start._fields)
            raise KeyError(f"the state of {self.kind} has the letters {known}; got {letter!r}")
        return np.concatenate([getattr(self.start, letter)[None], self.arrays[letter][:-1]])


@dataclass(frozen=True)
class Grads:
    """What backpropagation through time returns.

    Attributes
    ----------
    params : dict of ndarray
        ∂L/∂θ with the names and shapes of the cell's parameters.
    xs : ndarray, shape (T, B, D)
        ∂L/∂x_t.
    state : State
        ∂L/∂ of the state before the first step.
    h : ndarray, shape (T, B, H), or None
        ∂L/∂h_t over every path, the later steps included; None after a pass with checkpoints.
    c : ndarray, shape (T, B, H), or None
        The same for the cell state of an LSTM.

    Examples
    --------
    >>> import numpy as np
    >>> from rnn_core import RNN
    >>> rnn = RNN(2, 3, rng=np.random.default_rng(0))
    >>> trace = rnn.forward(np.ones((5, 1, 2)))
    >>> grads = rnn.backward(trace, np.ones((5, 1, 3)))
    >>> {name: grad.shape for name, grad in grads.params.items()}
    {'W_hx': (3, 2), 'W_hh': (3, 3), 'b_h': (3,)}
    """

    params: dict[str, np.ndarray]
    xs: np.ndarray
    state: State
    h: np.ndarray | None = None
    c: np.ndarray | None = None


def leaves(state: State, name: str = "state") -> dict[str, np.ndarray]:
    """Return the arrays of a state, which may be a tuple of states, by dotted name.

    Examples
    --------
    >>> list(leaves((H(np.zeros((1, 2))), HC(np.zeros((1, 2)), np.zeros((1, 2))))))
    ['state.0.h', 'state.1.h', 'state.1.c']
    """
    if isinstance(state, np.ndarray):
        return {name: state}
    keys = getattr(state, "_fields", range(len(state)))
    found: dict[str, np.ndarray] = {}
    for key, part in zip(keys, state, strict=True):
        found |= leaves(part, f"{name}.{key}")
    return found


def map_state(function: Callable[[np.ndarray], np.ndarray], state: State) -> State:
    """Return a state of the same form with `function` of each array.

    Examples
    --------
    >>> map_state(np.ones_like, H(np.zeros((1, 2))))
    H(h=array([[1., 1.]]))
    """
    if isinstance(state, np.ndarray):
        return function(state)
    parts = (map_state(function, part) for part in state)
    return type(state)(*parts) if hasattr(state, "_fields") else tuple(parts)
