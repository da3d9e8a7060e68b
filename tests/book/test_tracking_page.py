"""The layers that the experiment on state tracking brings with it have right gradients."""

from __future__ import annotations

import experiments
import numpy as np
import pytest

from rnn_core.gradcheck import directional_errors
from rnn_core.layers import Stacked

runs = experiments.load("tracking")
rng = np.random.default_rng(0)
LAYERS = {
    "tanh": runs.Tanh(3, 4, rng=rng),
    "signed": runs.Signed(3, 4, rng=rng),
    "attention": runs.Attention(3, rng=rng, dtype=np.float64),
    "in a stack": Stacked(
        [
            runs.Tanh(2, 3, rng=rng),
            runs.Attention(3, rng=rng, dtype=np.float64),
            runs.Tanh(6, 2, rng=rng),
        ]
    ),
}


@pytest.mark.parametrize("name", LAYERS)
def test_gradients_of_the_experiments_layers(name):
    layer = LAYERS[name]
    xs = rng.normal(size=(5, 2, layer.input_size))
    trace = layer.forward(xs)
    weights = rng.normal(size=trace.h.shape)
    grads = layer.backward(trace, weights)
    errors = directional_errors(
        lambda: float((layer.forward(xs).h * weights).sum()),
        layer.params | {"xs": xs},
        grads.params | {"xs": grads.xs},
        rng=rng,
    )
    assert max(errors.values()) < 1e-6


def test_attention_does_not_look_ahead():
    layer = LAYERS["attention"]
    xs = rng.normal(size=(6, 2, 3))
    other = xs.copy()
    other[4:] += 1
    np.testing.assert_array_equal(layer.forward(xs).h[:4], layer.forward(other).h[:4])


def test_signed_steps_and_scans_as_it_runs():
    layer = LAYERS["signed"]
    xs = rng.normal(size=(7, 2, 3))
    h, state = layer.forward(xs).h, layer.zero_state(2)
    for t in range(7):
        state, _ = layer.step(xs[t], state)
        np.testing.assert_allclose(state.h, h[t], rtol=0, atol=1e-12)
    np.testing.assert_allclose(layer.scan(xs).h, h, rtol=0, atol=1e-12)
