"""What every cell shares: sizes, named parameters, checked calls, lengths and checkpoints.

A cell of `cells` or `variants` adds its letters, one time step, and the pass over a sequence in
both directions. It knows nothing of padding or of saving memory: both are done here, around it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar

import numpy as np

from . import checkpoints, checks, padding
from .init import forget_bias as set_forget_bias
from .init import glorot_uniform, orthogonal
from .trace import Grads, State, Trace


class Layer(ABC):
    """What reads a sequence: a cell, a stack of them, or a pair that reads both ways.

    Attributes
    ----------
    input_size, hidden_size : int
        The widths of what goes in and of what comes out at each step.
    params : dict of ndarray
        The parameters by name, the arrays themselves.

    Examples
    --------
    >>> from rnn_core import LSTM
    >>> from rnn_core.network import Stacked
    >>> issubclass(LSTM, Layer), issubclass(Stacked, Layer)
    (True, True)
    """

    input_size: int
    hidden_size: int
    params: dict[str, np.ndarray]

    @property
    def kind(self) -> str:
        """The name of its class."""
        return type(self).__name__

    @property
    def dtype(self) -> np.dtype:
        """The dtype of the parameters, in which everything is computed."""
        return next(iter(self.params.values())).dtype

    @abstractmethod
    def zero_state(self, batch_size: int) -> Any:
        """Return the state of zeros for `batch_size` sequences."""

    @abstractmethod
    def forward(
        self, xs: Any, state: Any = None, *, lengths: Any = None, checkpoint: int | bool = False
    ) -> Any:
        """Run over a sequence from `state`, or from zeros, and return a trace."""

    @abstractmethod
    def backward(self, trace: Any, dh: Any, dstate: Any = None) -> Grads:
        """Backpropagate through time from ∂L/∂h_t."""


class Cell(Layer):
    """One recurrent cell: its parameters, and nothing else that changes.

    Parameters
    ----------
    input_size, hidden_size : int
        D and H, each at least 1.
    rng : numpy.random.Generator
        Where the initial weights come from: Glorot uniform from x, orthogonal from h, biases 0.
    dtype : float64 or float32

    Attributes
    ----------
    params : dict of ndarray
        The parameters by name. Change an array in place, or assign one of the same shape.

    Examples
    --------
    >>> import numpy as np
    >>> from rnn_core import LSTM
    >>> cell = LSTM(2, 3, rng=np.random.default_rng(0))
    >>> isinstance(cell, Cell), cell.params["W_fx"].shape
    (True, (3, 2))
    """

    letters: ClassVar[str]
    state_type: ClassVar[type[Any]]

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        rng: np.random.Generator,
        dtype: Any = np.float64,
    ) -> None:
        self.input_size = checks.size("input_size", input_size)
        self.hidden_size = checks.size("hidden_size", hidden_size)
        dtype = checks.float_dtype("dtype", dtype)
        checks.generator("rng", rng)
        self.params = {
            name: self._draw(name, shape, rng).astype(dtype)
            for name, shape in self._shapes().items()
        }

    @property
    def options(self) -> dict[str, Any]:
        """The choices of variant that this cell was made with, as keyword arguments."""
        return {}

    def __repr__(self) -> str:
        chosen = "".join(f", {name}={value!r}" for name, value in self.options.items())
        return f"{self.kind}({self.input_size}, {self.hidden_size}{chosen})"

    def zero_state(self, batch_size: int) -> State:
        """Return the state of zeros for `batch_size` sequences, arrays of shape (B, H)."""
        shape = (checks.size("batch_size", batch_size), self.hidden_size)
        return self.state_type(*(np.zeros(shape, self.dtype) for _ in self.state_type._fields))

    def step(self, x: Any, state: State) -> tuple[State, dict[str, np.ndarray]]:
        """Take one time step.

        Parameters
        ----------
        x : array, shape (B, D)
        state : State
            The state before the step; `zero_state` makes the first.

        Returns
        -------
        state : State
            The state after the step, a new one.
        gates : dict of ndarray, shape (B, H)
            The activations by letter.

        Raises
        ------
        TypeError, ValueError
            If an argument is not numeric, not finite or of the wrong shape.
        """
        self._check_params()
        x = checks.array("x", x, ("B", self.input_size), self.dtype)
        return self._step(x, self._checked_state("state", state, len(x)))

    def forward(
        self,
        xs: Any,
        state: State | None = None,
        *,
        lengths: Any = None,
        checkpoint: int | bool = False,
    ) -> Trace:
        """Run over a sequence from `state`, or from zeros.

        Parameters
        ----------
        xs : array, shape (T, B, D)
            Not copied: leave it as it is until the backward pass is done.
        state : State, optional
        lengths : array of int, shape (B,), optional
            How many steps of each sequence are real. After them its state is held, so that the
            last state of the trace is the one after the last real step. T, if not given.
        checkpoint : int or bool
            To save memory, keep the state only every so many steps, and let the backward pass
            compute the rest again, one segment at a time. True is every ⌈√T⌉ steps.

        Returns
        -------
        Trace

        Raises
        ------
        TypeError, ValueError
            If an argument is not numeric, not finite or of the wrong shape.
        """
        trace = self._opened(xs, state, lengths)
        segment = checkpoints.segment(checkpoint, len(trace))
        return checkpoints.forward(self._run, trace, segment) if segment else self._run(trace)

    def backward(self, trace: Trace, dh: Any, dstate: State | None = None) -> Grads:
        """Backpropagate through time.

        Parameters
        ----------
        trace : Trace
            What `forward` returned.
        dh : array, shape (T, B, H)
            ∂L/∂h_t by the direct path at each step: what the readout at step t sends back.
        dstate : State, optional
            ∂L/∂ of the state after the last step, where something downstream used it.

        Returns
        -------
        Grads

        Raises
        ------
        TypeError, ValueError
            If the trace is another cell's, or an array is not numeric, finite or of its shape.
        """
        self._check_trace(trace)
        steps, batch, _ = trace.xs.shape
        dh = checks.array("dh", dh, (steps, batch, self.hidden_size), self.dtype)
        blank = dstate is None
        end = self.zero_state(batch) if blank else self._checked_state("dstate", dstate, batch)
        self._check_params()
        if trace.checkpoints:
            return checkpoints.backward(self._run, self._backward_held, trace, dh, end)
        return self._backward_held(trace, dh, end)

    # What a cell must add.

    @abstractmethod
    def _step(self, x: np.ndarray, state: Any) -> tuple[State, dict[str, np.ndarray]]:
        """Return the state after one step, and the activations by letter."""

    @abstractmethod
    def _forward(self, xs: np.ndarray, start: Any) -> dict[str, np.ndarray]:
        """Return what each step saw, by letter."""

    @abstractmethod
    def _backward(
        self, trace: Trace, dh: np.ndarray, end: Any, inner: dict[str, np.ndarray] | None
    ) -> Grads:
        """Return all gradients; `inner` has ∂L/∂ of the state's other letters at each step."""

    def _shapes(self) -> dict[str, tuple[int, ...]]:
        """Return the shape of each parameter by name."""
        D, H = self.input_size, self.hidden_size
        shapes: dict[str, tuple[int, ...]] = {}
        for k in self.letters:
            shapes |= {f"W_{k}x": (H, D), f"W_{k}h": (H, H), f"b_{k}": (H,)}
        return shapes

    def _draw(self, name: str, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
        if len(shape) == 1:
            return np.zeros(shape)
        return (glorot_uniform if name.endswith("x") else orthogonal)(*shape, rng=rng)

    # The pass over a sequence, with lengths and with checkpoints.

    def _opened(self, xs: Any, state: Any, lengths: Any) -> Trace:
        """Return a trace of checked inputs, with nothing computed yet."""
        xs = checks.array("xs", xs, ("T", "B", self.input_size), self.dtype)
        steps, batch, _ = xs.shape
        blank = state is None
        start = self.zero_state(batch) if blank else self._checked_state("state", state, batch)
        if lengths is not None:
            lengths = checks.classes("lengths", lengths, (batch,), steps + 1)
        self._check_params()
        return Trace(self.kind, xs, start, {}, self.options, lengths)

    def _finished(self, trace: Trace, arrays: dict[str, np.ndarray]) -> Trace:
        if trace.lengths is not None:
            padding.hold(arrays, trace.start, trace.lengths)
        return trace.replace(arrays=arrays)

    def _run(self, trace: Trace) -> Trace:
        return self._finished(trace, self._forward(trace.xs, trace.start))

    def _backward_held(self, trace: Trace, dh: np.ndarray, end: Any) -> Grads:
        if trace.lengths is None:
            return self._backward(trace, dh, end, None)
        dh, inner, early = padding.fold(dh, end, trace.lengths)
        nothing = type(end)(*map(np.zeros_like, end))
        grads = self._backward(trace, dh, nothing, inner)
        for into, grad in zip(grads.state, early, strict=True):
            into += grad
        return grads

    # Checks.

    def _checked_state(self, name: str, state: Any, batch: int) -> State:
        fields = self.state_type._fields
        if not isinstance(state, tuple) or len(state) != len(fields):
            want = f"{self.state_type.__name__}({', '.join(fields)})"
            raise TypeError(f"{name} must be {want}, a tuple of arrays; got {state!r:.60}")
        shape = (batch, self.hidden_size)
        arrays = zip(fields, state, strict=True)
        return self.state_type(
            *(checks.array(f"{name}.{k}", value, shape, self.dtype) for k, value in arrays)
        )

    def _check_trace(self, trace: Trace) -> None:
        checks.instance("trace", trace, Trace)
        given = (trace.kind, trace.xs.shape[2], trace.h.shape[2], trace.h.dtype)
        want = (self.kind, self.input_size, self.hidden_size, self.dtype)
        if given != want:
            spell = "{} with D={}, H={} in {}".format
            raise ValueError(f"trace must be one of {spell(*want)}; got {spell(*given)}")
        if trace.options != self.options:
            raise ValueError(f"trace must be of {self!r}; got one made with {trace.options}")

    def _check_params(self) -> None:
        checks.parameters(self.params, self._shapes(), self.dtype)


class ForgettingCell(Cell):
    """A cell that starts with a bias on the gate that keeps its state.

    Parameters
    ----------
    input_size, hidden_size, rng, dtype
        As for any cell.
    forget_bias : float
        At 1 an untrained cell keeps σ(1) ≈ 0.73 of its cell state at a step.

    Examples
    --------
    >>> from rnn_core import LSTM
    >>> LSTM(1, 2, rng=np.random.default_rng(0), forget_bias=3).params["b_f"]
    array([3., 3.])
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        rng: np.random.Generator,
        forget_bias: float = 1.0,
        dtype: Any = np.float64,
    ) -> None:
        forget_bias = checks.real("forget_bias", forget_bias, dtype)
        super().__init__(input_size, hidden_size, rng=rng, dtype=dtype)
        set_forget_bias(self, forget_bias)
