"""The three cells: RNN, LSTM and GRU.

A cell is its parameters and one time step, written as the formulas read. `forward` and
`backward` run the same mathematics over a whole sequence in `engine.py`. Nothing is stored on a
cell but its parameters, so a cell may be shared, copied or called in any order.

Letters: x input, h hidden state, c cell state; gates i f g o (LSTM), r z n (GRU). A weight is
named by where it goes and where it comes from: `W_fx` goes to f from x and has shape (H, D).
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from . import checks, engine
from .init import glorot_uniform, orthogonal
from .trace import HC, Grads, H, State, Trace

ACTIVATIONS = ("tanh", "logistic", "relu")
RESETS = ("after", "before")


class Cell:
    """What the cells share: sizes, named parameters, and checked calls into the engine.

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
    """

    letters: ClassVar[str]
    state_type: ClassVar[type[H] | type[HC]]

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
        self.params: dict[str, np.ndarray] = {}
        for k in self.letters:
            w_x = glorot_uniform(self.hidden_size, self.input_size, rng=rng)
            w_h = orthogonal(self.hidden_size, self.hidden_size, rng=rng)
            self.params[f"W_{k}x"] = w_x.astype(dtype)  # (H, D)
            self.params[f"W_{k}h"] = w_h.astype(dtype)  # (H, H)
            self.params[f"b_{k}"] = np.zeros(self.hidden_size, dtype)

    @property
    def kind(self) -> str:
        """The cell's name."""
        return type(self).__name__

    @property
    def options(self) -> dict[str, Any]:
        """The choices of variant that this cell was made with, as keyword arguments."""
        return {}

    @property
    def dtype(self) -> np.dtype:
        """The dtype of the parameters, in which everything is computed."""
        return next(iter(self.params.values())).dtype

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

    def forward(self, xs: Any, state: State | None = None) -> Trace:
        """Run over a sequence from `state`, or from zeros.

        Parameters
        ----------
        xs : array, shape (T, B, D)
        state : State, optional

        Returns
        -------
        Trace

        Raises
        ------
        TypeError, ValueError
            If an argument is not numeric, not finite or of the wrong shape.
        """
        xs = checks.array("xs", xs, ("T", "B", self.input_size), self.dtype)
        batch = xs.shape[1]
        start = self.zero_state(batch) if state is None else state
        start = self._checked_state("state", start, batch)
        self._check_params()
        return Trace(self.kind, xs, start, self._forward(xs, start))

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
        end = self.zero_state(batch) if dstate is None else dstate
        self._check_params()
        return self._backward(trace, dh, self._checked_state("dstate", end, batch))

    def _step(self, x: np.ndarray, state: Any) -> tuple[State, dict[str, np.ndarray]]:
        raise NotImplementedError

    def _forward(self, xs: np.ndarray, start: Any) -> dict[str, np.ndarray]:
        raise NotImplementedError

    def _backward(self, trace: Trace, dh: np.ndarray, end: Any) -> Grads:
        raise NotImplementedError

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

    def _shape(self, name: str) -> tuple[int, ...]:
        if name.startswith("b_"):
            return (self.hidden_size,)
        return (self.hidden_size, self.input_size if name.endswith("x") else self.hidden_size)

    def _check_params(self) -> None:
        for name, value in self.params.items():
            checks.instance(f"params[{name!r}]", value, np.ndarray)
            if (value.dtype, value.shape) != (self.dtype, self._shape(name)):
                raise ValueError(
                    f"params[{name!r}] must have shape {self._shape(name)} and dtype "
                    f"{self.dtype}; got {value.shape} and {value.dtype}"
                )


class RNN(Cell):
    r"""The simple recurrent network.

    .. math:: h_t = \varphi(W_{hx} x_t + W_{hh} h_{t-1} + b_h)

    φ is tanh by default; "logistic" is the outline's σ, "relu" is max(0, ·).
    Source: Elman (1990).

    Examples
    --------
    >>> import numpy as np
    >>> rnn = RNN(2, 3, rng=np.random.default_rng(0))
    >>> state, gates = rnn.step([[1.0, 0.0]], rnn.zero_state(1))
    >>> state.h.shape, gates
    ((1, 3), {})
    """

    letters = "h"
    state_type = H

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        rng: np.random.Generator,
        activation: str = "tanh",
        dtype: Any = np.float64,
    ) -> None:
        self.activation = checks.choice("activation", activation, ACTIVATIONS)
        super().__init__(input_size, hidden_size, rng=rng, dtype=dtype)

    @property
    def options(self) -> dict[str, Any]:
        """The activation, by name."""
        return {"activation": self.activation}

    def _step(self, x: np.ndarray, state: H) -> tuple[H, dict[str, np.ndarray]]:
        p = self.params
        phi = engine.ACTIVATIONS[self.activation].value
        h = phi(x @ p["W_hx"].T + state.h @ p["W_hh"].T + p["b_h"])
        return H(h), {}

    def _forward(self, xs: np.ndarray, start: H) -> dict[str, np.ndarray]:
        return engine.rnn_forward(self.params, xs, start.h, self.activation)

    def _backward(self, trace: Trace, dh: np.ndarray, end: H) -> Grads:
        return engine.rnn_backward(self.params, trace, dh, end.h, self.activation)


class LSTM(Cell):
    r"""The long short-term memory cell with a forget gate.

    .. math::
        i_t &= \sigma(W_{ix} x_t + W_{ih} h_{t-1} + b_i) \\
        f_t &= \sigma(W_{fx} x_t + W_{fh} h_{t-1} + b_f) \\
        g_t &= \tanh(W_{gx} x_t + W_{gh} h_{t-1} + b_g) \\
        o_t &= \sigma(W_{ox} x_t + W_{oh} h_{t-1} + b_o) \\
        c_t &= f_t \odot c_{t-1} + i_t \odot g_t \\
        h_t &= o_t \odot \tanh(c_t)

    Sources: Hochreiter and Schmidhuber (1997); the forget gate f is from Gers, Schmidhuber and
    Cummins (2000). `forget_bias` fills b_f; at 1 an untrained cell keeps σ(1) ≈ 0.73 of c a step.

    Examples
    --------
    >>> import numpy as np
    >>> lstm = LSTM(2, 3, rng=np.random.default_rng(0))
    >>> (h, c), gates = lstm.step([[1.0, 0.0]], lstm.zero_state(1))
    >>> c.shape, list(gates)
    ((1, 3), ['i', 'f', 'g', 'o'])
    """

    letters = "ifgo"
    state_type = HC

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        rng: np.random.Generator,
        forget_bias: float = 1.0,
        dtype: Any = np.float64,
    ) -> None:
        forget_bias = checks.real("forget_bias", forget_bias)
        super().__init__(input_size, hidden_size, rng=rng, dtype=dtype)
        self.params["b_f"][:] = forget_bias

    def _step(self, x: np.ndarray, state: HC) -> tuple[HC, dict[str, np.ndarray]]:
        p, (h, c) = self.params, state
        sigmoid = engine.sigmoid
        i = sigmoid(x @ p["W_ix"].T + h @ p["W_ih"].T + p["b_i"])
        f = sigmoid(x @ p["W_fx"].T + h @ p["W_fh"].T + p["b_f"])
        g = np.tanh(x @ p["W_gx"].T + h @ p["W_gh"].T + p["b_g"])
        o = sigmoid(x @ p["W_ox"].T + h @ p["W_oh"].T + p["b_o"])
        c = f * c + i * g
        h = o * np.tanh(c)
        return HC(h, c), {"i": i, "f": f, "g": g, "o": o}

    def _forward(self, xs: np.ndarray, start: HC) -> dict[str, np.ndarray]:
        return engine.lstm_forward(self.params, xs, start.h, start.c)

    def _backward(self, trace: Trace, dh: np.ndarray, end: HC) -> Grads:
        return engine.lstm_backward(self.params, trace, dh, end.h, end.c)


class GRU(Cell):
    r"""The gated recurrent unit. z weighs the new state, as in Chung et al. (2014).

    .. math::
        r_t &= \sigma(W_{rx} x_t + W_{rh} h_{t-1} + b_r) \\
        z_t &= \sigma(W_{zx} x_t + W_{zh} h_{t-1} + b_z) \\
        n_t &= \tanh(W_{nx} x_t + b_n + r_t \odot (W_{nh} h_{t-1} + b_{nh}))
               && \text{reset="after"} \\
        n_t &= \tanh(W_{nx} x_t + b_n + W_{nh} (r_t \odot h_{t-1}))
               && \text{reset="before"} \\
        h_t &= (1 - z_t) \odot h_{t-1} + z_t \odot n_t

    `reset` says whether r acts after the matrix product (PyTorch, cuDNN) or before it. The two
    are different functions. `recurrent_bias=True` adds b_nh, which only "after" can tell from
    b_n; PyTorch has it. PyTorch and Keras let z weigh the old state: `interop` converts.
    Sources: Cho et al. (2014), Chung et al. (2014).

    Examples
    --------
    >>> import numpy as np
    >>> gru = GRU(2, 3, rng=np.random.default_rng(0), reset="before")
    >>> state, gates = gru.step([[1.0, 0.0]], gru.zero_state(1))
    >>> list(gates)
    ['r', 'z', 'n']
    """

    letters = "rzn"
    state_type = H

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        rng: np.random.Generator,
        reset: str = "after",
        recurrent_bias: bool = False,
        dtype: Any = np.float64,
    ) -> None:
        self.reset = checks.choice("reset", reset, RESETS)
        if checks.instance("recurrent_bias", recurrent_bias, bool) and reset == "before":
            raise ValueError(
                "recurrent_bias must be False with reset='before', where it would add to b_n; "
                f"got {recurrent_bias!r}"
            )
        super().__init__(input_size, hidden_size, rng=rng, dtype=dtype)
        if recurrent_bias:
            self.params["b_nh"] = np.zeros(self.hidden_size, self.dtype)

    @property
    def options(self) -> dict[str, Any]:
        """Where the reset gate acts, and whether the candidate has a second bias."""
        return {"reset": self.reset, "recurrent_bias": "b_nh" in self.params}

    def _check_trace(self, trace: Trace) -> None:
        super()._check_trace(trace)
        given = "after" if "u" in trace.arrays else "before"
        if given != self.reset:
            raise ValueError(f"trace must be of a GRU with reset={self.reset!r}; got {given!r}")

    def _step(self, x: np.ndarray, state: H) -> tuple[H, dict[str, np.ndarray]]:
        p, h = self.params, state.h
        r = engine.sigmoid(x @ p["W_rx"].T + h @ p["W_rh"].T + p["b_r"])
        z = engine.sigmoid(x @ p["W_zx"].T + h @ p["W_zh"].T + p["b_z"])
        if self.reset == "after":
            remembered = r * (h @ p["W_nh"].T + p.get("b_nh", 0))
        else:
            remembered = (r * h) @ p["W_nh"].T
        n = np.tanh(x @ p["W_nx"].T + p["b_n"] + remembered)
        h = (1 - z) * h + z * n
        return H(h), {"r": r, "z": z, "n": n}

    def _forward(self, xs: np.ndarray, start: H) -> dict[str, np.ndarray]:
        return engine.gru_forward(self.params, xs, start.h, self.reset)

    def _backward(self, trace: Trace, dh: np.ndarray, end: H) -> Grads:
        return engine.gru_backward(self.params, trace, dh, end.h, self.reset)
