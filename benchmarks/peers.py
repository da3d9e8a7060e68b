"""Who runs the same pass: each function returns a call of forward and backward, to be timed.

All peers get the weights of one cell, the same xs and the same dh, compute all gradients, and
return ∂L/∂x_t, by which `speed.py` checks that they did the same work. The bound returns nothing.
"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable

import numpy as np

from rnn_core import interop
from rnn_core.cell import Cell

from . import naive

Run = Callable[[], np.ndarray | None]


def ours(cell: Cell, xs: np.ndarray, dh: np.ndarray) -> Run:
    """The public interface of rnn_core, its checks of the input included."""
    return lambda: cell.backward(cell.forward(xs), dh).xs


def numpy_per_gate(cell: Cell, xs: np.ndarray, dh: np.ndarray) -> Run:
    """NumPy with one product for each gate and step."""
    run = naive.CELLS[cell.kind]
    return lambda: run(cell.params, xs, dh)[1]


def _torch_inputs(cell: Cell, xs: np.ndarray, dh: np.ndarray) -> tuple:
    import torch

    torch.set_num_threads(1)
    weights = {name: torch.from_numpy(w.copy()) for name, w in interop.to_torch(cell).items()}
    return torch, weights, torch.from_numpy(xs.copy()).requires_grad_(), torch.from_numpy(dh)


def torch_nn(cell: Cell, xs: np.ndarray, dh: np.ndarray) -> Run:
    """torch.nn.RNN, LSTM or GRU with autograd."""
    torch, weights, x, d = _torch_inputs(cell, xs, dh)
    module = getattr(torch.nn, cell.kind)(cell.input_size, cell.hidden_size, dtype=x.dtype)
    module.load_state_dict(weights)

    def run() -> np.ndarray:
        module.zero_grad()
        x.grad = None
        module(x)[0].backward(d)
        return x.grad.numpy()

    return run


def torch_cells(cell: Cell, xs: np.ndarray, dh: np.ndarray) -> Run:
    """A Python loop over torch.nn.RNNCell, LSTMCell or GRUCell, as learners write it."""
    torch, weights, x, d = _torch_inputs(cell, xs, dh)
    kind = getattr(torch.nn, f"{cell.kind}Cell")
    module = kind(cell.input_size, cell.hidden_size, dtype=x.dtype)
    module.load_state_dict({name.removesuffix("_l0"): w for name, w in weights.items()})

    def run() -> np.ndarray:
        module.zero_grad()
        x.grad = None
        state, hs = None, []
        for x_t in x:
            state = module(x_t, state)
            hs.append(state[0] if cell.kind == "LSTM" else state)
        torch.stack(hs).backward(d)
        return x.grad.numpy()

    return run


def jax_scan(cell: Cell, xs: np.ndarray, dh: np.ndarray) -> Run:
    """jax.lax.scan over one step with stacked gates, jitted with its pullback."""
    os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
    os.environ["JAX_PLATFORMS"] = "cpu"
    import jax

    jax.config.update("jax_enable_x64", True)
    W, U, b = (
        np.concatenate([cell.params[kind.format(k)] for k in cell.letters])
        for kind in ("W_{}x", "W_{}h", "b_{}")
    )
    zeros = tuple(np.zeros_like(dh[0]) for _ in cell.state_type._fields)
    step = _jax_steps(jax)[cell.kind]

    @jax.jit
    def pull(weights: tuple, xs: np.ndarray, dh: np.ndarray) -> tuple:
        def hs_of(weights: tuple, xs: np.ndarray) -> np.ndarray:
            W, U, b = weights
            return jax.lax.scan(lambda s, a: step(U, s, a), zeros, xs @ W.T + b)[1]

        return jax.vjp(hs_of, weights, xs)[1](dh)

    weights, on_device = jax.device_put((W, U, b)), jax.device_put((xs, dh))
    return lambda: np.asarray(jax.block_until_ready(pull(weights, *on_device))[1])


def _jax_steps(jax: object) -> dict[str, Callable]:
    """Return one step of each cell: (U, state, share of the input) → (state, h)."""
    from jax import numpy as jnp
    from jax.nn import sigmoid

    def rnn(U, state, a):
        h = jnp.tanh(a + state[0] @ U.T)
        return (h,), h

    def lstm(U, state, a):
        h, c = state
        i, f, g, o = jnp.split(a + h @ U.T, 4, axis=-1)
        c = sigmoid(f) * c + sigmoid(i) * jnp.tanh(g)
        h = sigmoid(o) * jnp.tanh(c)
        return (h, c), h

    def gru(U, state, a):
        (h,) = state
        a_r, a_z, a_n = jnp.split(a, 3, axis=-1)
        u_r, u_z, u_n = jnp.split(h @ U.T, 3, axis=-1)
        z = sigmoid(a_z + u_z)
        n = jnp.tanh(a_n + sigmoid(a_r + u_r) * u_n)
        h = (1 - z) * h + z * n
        return (h,), h

    return {"RNN": rnn, "LSTM": lstm, "GRU": gru}


def bound(cell: Cell, xs: np.ndarray, dh: np.ndarray) -> Run:
    """Only the matrix products and the tanh that NumPy cannot do without."""
    (steps, batch, D), size, gates = xs.shape, cell.hidden_size, len(cell.letters)
    W = np.ones((gates * size, D), xs.dtype)
    U = np.full((gates * size, size), 0.01, xs.dtype)
    U_T, h, a = U.T.copy(), dh[0].T.copy(), np.empty((gates * size, batch), xs.dtype)
    da, dx = (
        np.ones((gates * size, steps * batch), xs.dtype),
        np.empty((steps * batch, D), xs.dtype),
    )
    x, hs = xs.reshape(-1, D), np.ascontiguousarray(dh.reshape(-1, size))
    share = np.empty((gates * size, steps * batch), xs.dtype)

    def run() -> None:
        W.dot(x.T, share)
        for _ in range(steps):
            U.dot(h, a)
            np.tanh(a, a)
            if cell.kind == "LSTM":
                np.tanh(h, h)
        for _ in range(steps):
            U_T.dot(a, h)
        da @ x
        da @ hs
        da.T.dot(W, dx)

    return run


PEERS: dict[str, Callable[[Cell, np.ndarray, np.ndarray], Run]] = {
    "ours": ours,
    "torch.nn": torch_nn,
    "torch cells": torch_cells,
    "NumPy per gate": numpy_per_gate,
    "JAX scan": jax_scan,
    "bound": bound,
}


def installed() -> dict[str, Callable[[Cell, np.ndarray, np.ndarray], Run]]:
    """Return the peers whose library is installed."""
    missing = [name for name in ("torch", "jax") if importlib.util.find_spec(name) is None]
    return {
        name: peer for name, peer in PEERS.items() if not name.lower().startswith(tuple(missing))
    }
