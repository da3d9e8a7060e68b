"""Untrained cells over random inputs: what is left of a unit gradient, and the Jacobian of a step.

How the weights start decides the numbers. W_hh of the RNN is Gaussian, scaled to a spectral
radius. Matrices from h of the gated cells are orthogonal. Those from x are Glorot uniform, drawn
as one matrix over all gates as Keras does. Biases are 0, but for the gate that keeps the state.
"""

from __future__ import annotations

import numpy as np

from .. import init
from ..cell import Cell
from ..cells import GRU, LSTM, RNN
from ..trace import Trace
from .gradients import gradient_norms, jacobians

ACTIVATIONS = ("tanh", "logistic")
GATED = ("LSTM", "GRU")
LEAST = 1e-300  # a smaller norm counts as this

# An activation or a kind of cell, a spectral radius or a bias, the deviation of the inputs.
Setting = tuple[str, float, float]


def log_norms(
    setting: Setting, shape: tuple[int, int, int], hidden_size: int, seed: int
) -> list[np.ndarray]:
    """Return log10 of the norms by lag, (T,) each: of ∂L/∂h and, if there is a c, of ∂L/∂c.

    The gradient is a random unit vector at the last step. `shape` is (T, B, D); norms are
    averaged over the B sequences.
    """
    rng = np.random.default_rng(seed)
    cell, trace = _run(setting, shape, hidden_size, rng)
    dh = np.zeros_like(trace.h)
    dh[-1] = rng.standard_normal(dh[-1].shape)
    dh[-1] /= np.linalg.norm(dh[-1], axis=1, keepdims=True)
    found = gradient_norms(cell, trace, dh)
    return [np.log10(np.maximum(n.mean(axis=1), LEAST))[::-1] for n in found if n is not None]


def last_jacobian(
    setting: Setting, shape: tuple[int, int, int], hidden_size: int, seed: int
) -> np.ndarray:
    """Return the Jacobian (S, S) of the whole state, at the last step of the first sequence."""
    cell, trace = _run(setting, shape, hidden_size, np.random.default_rng(seed))
    before = type(trace.start)(*(trace.before(k)[-1, :1] for k in trace.start._fields))
    return jacobians(cell, cell.forward(trace.xs[-1:, :1], before))[0, 0]


def _run(
    setting: Setting, shape: tuple[int, int, int], hidden_size: int, rng: np.random.Generator
) -> tuple[Cell, Trace]:
    """Draw a cell and its inputs, and run it."""
    name, value, scale = setting
    make = _rnn if name in ACTIVATIONS else _gated
    cell = make(name, value, shape[-1], hidden_size, rng)
    return cell, cell.forward(scale * rng.standard_normal(shape))


def _rnn(name: str, radius: float, inputs: int, size: int, rng: np.random.Generator) -> Cell:
    cell = RNN(inputs, size, rng=rng, activation=name)
    init.recurrent(cell, lambda *shape, rng: rng.standard_normal(shape), rng=rng)
    cell.params["W_hh"][...] = init.with_spectral_radius(cell.params["W_hh"], radius)
    return cell


def _gated(name: str, bias: float, inputs: int, size: int, rng: np.random.Generator) -> Cell:
    cell = {"LSTM": LSTM, "GRU": GRU}[name](inputs, size, rng=rng)
    over_all = init.glorot_uniform(size * len(cell.letters), inputs, rng=rng)
    for letter, block in zip(cell.letters, np.split(over_all, len(cell.letters)), strict=True):
        cell.params[f"W_{letter}x"][...] = block
    init.forget_bias(cell, bias)
    return cell
