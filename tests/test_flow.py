"""The grid of gradient norms: by the chain rule, and the orders of magnitude that pages name."""

import numpy as np
import pytest

from rnn_core import GRU, LSTM, RNN, diagnostics, init
from rnn_core.diagnostics import gradient_grid, untrained

SMALL = {"radii": [0.5, 1], "biases": [0, 2], "inputs": [0, 1], "hidden_size": 6, "steps": 20}


@pytest.fixture(scope="module")
def grid():
    """Return the set-up of the pages, at a few of its settings."""
    return gradient_grid(radii=[0.5, 1, 1.5], biases=[-1, 0, 1, 3], inputs=[0, 0.1, 1])


@pytest.fixture(scope="module")
def small():
    return gradient_grid(input_size=3, spectrum_size=4, batch=1, seeds=[4, 7], **SMALL)


def left(grid, name, value, scale, lag):
    """Return the mean over seeds of log10 of what is left."""
    return grid.norms[name, value, scale][:, lag].mean()


def test_the_bias_decides_what_is_lost_over_100_steps(grid):
    assert left(grid, "LSTM", 0.0, 1.0, 100) == pytest.approx(-15, abs=0.5)
    assert left(grid, "LSTM", 1.0, 1.0, 100) == pytest.approx(-4, abs=0.5)
    assert left(grid, "GRU", 0.0, 1.0, 100) == pytest.approx(-15, abs=0.5)


def test_what_is_left_after_149_steps(grid):
    want = {
        ("LSTM", 0.0): -22.5,
        ("LSTM", 1.0): -5.6,
        ("LSTM", 3.0): 0.58,
        ("GRU", 0.0): -21.8,
        ("tanh", 1.0): -24.3,
        ("tanh", 1.5): -6.4,
        ("logistic", 1.0): -98.6,
    }
    found = {key: left(grid, *key, 1.0, 149) for key in want}
    assert found == pytest.approx(want, abs=0.5)


def test_at_bias_0_and_radius_1_three_cells_lose_the_same(grid):
    for lag in (50, 100, 150):
        found = [
            left(grid, name, value, 1.0, lag)
            for name, value in (("tanh", 1.0), ("LSTM", 0.0), ("GRU", 0.0))
        ]
        assert max(found) - min(found) < 0.02 * lag
        assert max(found) < -0.14 * lag


def test_a_radius_above_1_explodes_only_where_the_inputs_are_small(grid):
    by_input = [left(grid, "tanh", 1.5, scale, 150) for scale in (0.0, 0.1, 1.0)]
    assert by_input[0] == pytest.approx(150 * np.log10(1.5), abs=1)
    assert by_input[1] < 3
    assert by_input[2] < -5


def test_the_seeds_of_gated_cells_lie_close_together(grid):
    for name in ("LSTM", "LSTM c", "GRU"):
        assert np.ptp(grid.norms[name, 0.0, 1.0][:, 150]) < 1.5


@pytest.mark.parametrize("name", ["tanh", "logistic", "LSTM", "GRU"])
def test_norms_are_those_of_the_product_of_jacobians(small, name):
    value = 1.0 if name in untrained.ACTIVATIONS else 2.0
    for nth, seed in enumerate(small.seeds):
        rng = np.random.default_rng(seed)
        cell = cell_of(name, value, 3, 6, rng)
        trace = cell.forward(rng.standard_normal((21, 1, 3)))
        end = rng.standard_normal((1, 6))
        end /= np.linalg.norm(end)
        for lag in (0, 1, 20):
            back = (end @ diagnostics.jacobian(cell, trace, to=20, since=20 - lag)[0, :6])[0]
            want = np.log10(np.linalg.norm(back[:6]))
            assert small.norms[name, value, 1.0][nth, lag] == pytest.approx(want, abs=1e-9)
            if name == "LSTM":  # c also acts through the h of its own step
                o, tanh_c = trace["o"][20 - lag, 0], trace["tanh_c"][20 - lag, 0]
                want = np.log10(np.linalg.norm(back[6:] + back[:6] * o * (1 - tanh_c**2)))
                assert small.norms["LSTM c", value, 1.0][nth, lag] == pytest.approx(want, abs=1e-9)


def cell_of(name, value, inputs, size, rng):
    """Return the cell as the grid says that it draws it."""
    if name in untrained.ACTIVATIONS:
        cell = RNN(inputs, size, rng=rng, activation=name)
        W = rng.standard_normal((size, size))
        cell.params["W_hh"][:] = W * value / diagnostics.spectral_radius(W)
        return cell
    cell = {"LSTM": LSTM, "GRU": GRU}[name](inputs, size, rng=rng)
    count = len(cell.letters)
    stacked = init.glorot_uniform(count * size, inputs, rng=rng).reshape(count, size, inputs)
    for letter, block in zip(cell.letters, stacked, strict=True):
        cell.params[f"W_{letter}x"][:] = block
    if name == "LSTM":
        cell.params["b_f"][:] = value
    else:
        cell.params["b_z"][:] = -value
    return cell


def test_spectra_are_those_of_the_last_step(small):
    for radius in (0.5, 1.0):  # without inputs the Jacobian of a tanh network is W_hh
        found = small.eigenvalues["tanh", radius, 0.0]
        assert np.abs(found).max() == pytest.approx(radius)
    rng = np.random.default_rng(small.seeds[0])
    cell = cell_of("GRU", 2.0, 3, 4, rng)
    trace = cell.forward(rng.standard_normal((21, 1, 3)))
    step = diagnostics.jacobians(cell, trace)[-1, 0]
    setting = ("GRU", 2.0, 1.0)
    np.testing.assert_allclose(small.eigenvalues[setting], diagnostics.eigenvalues(step))
    np.testing.assert_allclose(small.singular_values[setting], diagnostics.singular_values(step))
    assert small.eigenvalues["LSTM", 0.0, 1.0].shape == (8,)


def test_a_grid_can_take_in_another_setting(small):
    more = small.including(radius=0.75, bias=0)
    assert (more.radii, more.biases) == ((0.5, 0.75, 1.0), small.biases)
    assert more.norms["tanh", 0.5, 1.0] is small.norms["tanh", 0.5, 1.0]
    want = gradient_grid(
        input_size=3, spectrum_size=4, batch=1, seeds=[4, 7], **(SMALL | {"radii": [0.75]})
    )
    np.testing.assert_array_equal(
        more.norms["logistic", 0.75, 1.0], want.norms["logistic", 0.75, 1.0]
    )
    assert ("tanh", 0.75, 1.0) not in small.norms


def test_what_underflows_counts_as_the_least():
    grid = gradient_grid(radii=[1e-3], biases=[0], inputs=[0], hidden_size=4, steps=150, seeds=[0])
    assert grid.norms["tanh", 1e-3, 0.0][0, -1] == -300


@pytest.mark.parametrize(
    ("changes", "kind", "message"),
    [
        ({"radii": []}, ValueError, "radii must have at least one value; got none"),
        ({"radii": [0, 1]}, ValueError, "radii must be"),
        ({"biases": "ab"}, TypeError, "biases must be"),
        ({"biases": 1}, TypeError, "biases must be a sequence; got 1"),
        ({"inputs": [-1]}, ValueError, "inputs must be 0 or more; got -1"),
        ({"inputs": [float("nan")]}, ValueError, "inputs must be"),
        ({"steps": 0}, ValueError, "steps must be"),
        ({"seeds": []}, ValueError, "seeds must have at least one seed; got none"),
        ({"seeds": [-1]}, ValueError, "seeds must be at least 0; got -1"),
        ({"batch": 1.5}, TypeError, "batch must be"),
    ],
)
def test_bad_input(changes, kind, message):
    with pytest.raises(kind, match=message):
        gradient_grid(**changes)


def test_bad_input_of_including(small):
    with pytest.raises(ValueError, match="radius must be"):
        small.including(radius=0)
    with pytest.raises(TypeError, match="bias must be"):
        small.including(bias="1")
