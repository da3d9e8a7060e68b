"""How weights start: the ranges, the shapes, and what a cell then does with its state."""

import functools

import numpy as np
import pytest

from rnn_core import LSTM, RNN, init
from rnn_core.trace import HC, H
from tests.cases import EVERY, make, same, snapshot


def rng(seed=0):
    return np.random.default_rng(seed)


@pytest.mark.parametrize(
    ("draw", "limit"),
    [
        (functools.partial(init.uniform, limit=0.2), 0.2),
        (init.glorot_uniform, np.sqrt(6 / 500)),
    ],
    ids=["uniform", "glorot"],
)
def test_a_uniform_draw_fills_its_range_evenly(draw, limit):
    W = draw(300, 200, rng=rng())
    assert W.shape == (300, 200)
    assert 0.999 * limit < W.max() <= limit
    assert -limit <= W.min() < -0.999 * limit
    assert W.mean() == pytest.approx(0, abs=0.01 * limit)
    assert W.var() == pytest.approx(limit**2 / 3, rel=0.02)


@pytest.mark.parametrize(("rows", "columns"), [(5, 5), (7, 3), (3, 7), (1, 1)])
def test_an_orthogonal_draw_has_orthonormal_rows_or_columns(rows, columns):
    W = init.orthogonal(rows, columns, rng=rng())
    small = W.T @ W if rows >= columns else W @ W.T
    np.testing.assert_allclose(small, np.eye(min(rows, columns)), atol=1e-14)


def test_orthogonal_draws_favour_no_sign():
    drawn = np.array([init.orthogonal(2, 2, rng=rng(seed)) for seed in range(2000)])
    assert abs(drawn.mean(axis=0)).max() < 0.06  # 4 standard errors


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_the_spectral_radius_is_the_one_asked_for(dtype):
    W = rng().standard_normal((20, 20)).astype(dtype)
    before = W.copy()
    scaled = init.with_spectral_radius(W, 1.3)
    assert scaled.dtype == dtype
    assert np.abs(np.linalg.eigvals(scaled)).max() == pytest.approx(1.3, rel=1e-5)
    np.testing.assert_allclose(scaled / scaled[0, 0], W / W[0, 0], rtol=1e-5)
    np.testing.assert_array_equal(W, before)
    assert (init.with_spectral_radius(W, 0) == 0).all()


@pytest.mark.parametrize("variant", [name for name in EVERY if name not in ("mingru", "lru")])
def test_recurrent_fills_every_matrix_from_h_and_nothing_else(variant):
    cell = make(variant, 3, 4)
    for value in cell.params.values():
        value[...] = 1
    before = snapshot(cell.params)
    init.recurrent(cell, functools.partial(init.uniform, limit=1e-3), rng=rng())
    for name, value in cell.params.items():
        if name.endswith("h") and name.startswith("W"):
            assert 0 < abs(value).max() <= 1e-3
        else:
            assert value.tobytes() == before[name].tobytes()
    drawn = [value.tobytes() for name, value in cell.params.items() if abs(value).max() <= 1e-3]
    assert len(set(drawn)) == len(drawn)  # each its own


def test_recurrent_keeps_float32_and_the_arrays_themselves():
    cell = LSTM(3, 4, rng=rng(), dtype=np.float32)
    arrays = dict(cell.params)
    init.recurrent(cell, init.glorot_uniform, rng=rng())
    assert all(cell.params[name] is value for name, value in arrays.items())
    assert cell.dtype == np.float32


def test_a_recurrent_draw_that_does_not_fit_changes_nothing():
    cell = LSTM(3, 4, rng=rng())
    before = snapshot(cell.params)
    calls = iter([np.eye(4), np.eye(3)])
    with pytest.raises(ValueError, match=r"W_fh must have shape \(4, 4\); got \(3, 3\)"):
        init.recurrent(cell, lambda *size, rng: next(calls), rng=rng())
    assert same(cell.params, before)


def test_an_irnn_copies_its_state_where_no_input_comes():
    cell = RNN(2, 4, rng=rng(), activation="relu")
    cell.params["b_h"][:] = 5
    init.irnn(cell)
    start = H(rng().uniform(0, 1, (3, 4)))
    trace = cell.forward(np.zeros((50, 3, 2)), start)
    assert (trace.h == start.h).all()
    init.irnn(cell, scale=0.5)
    trace = cell.forward(np.zeros((3, 3, 2)), start)
    np.testing.assert_allclose(trace.h[-1], start.h / 8)


def kept(cell):
    """Return what one step without input or weights keeps of a state of 1, shape (H,)."""
    for name, value in cell.params.items():
        if not name.startswith("b_"):
            value[...] = 0
    one = np.ones((1, cell.hidden_size))
    state = HC(0 * one, one) if cell.state_type is HC else H(one)
    after, _ = cell.step(np.zeros((1, cell.input_size)), state)
    return after[-1][0]


NO_KEEPERS = [name for name in EVERY if name.startswith(("rnn", "lru", "lstm 1997"))]
KEEPERS = [name for name in EVERY if name not in NO_KEEPERS]


@pytest.mark.parametrize("variant", KEEPERS)
@pytest.mark.parametrize("value", [0.0, 3.0, -2.0])
def test_the_forget_bias_is_what_a_cell_keeps(variant, value):
    kind, options = EVERY[variant]
    cell = kind(2, 3, rng=rng(), **options)
    before = snapshot(cell.params)
    init.forget_bias(cell, value)
    changed = [name for name, was in before.items() if (was != cell.params[name]).any()]
    assert len(changed) <= 1
    np.testing.assert_allclose(kept(cell), 1 / (1 + np.exp(-value)), rtol=1e-14)


@pytest.mark.parametrize("variant", KEEPERS)
def test_chrono_spreads_memories_evenly_up_to_the_longest(variant):
    kind, options = EVERY[variant]
    cell, draws = kind(2, 20, rng=rng(), **options), []
    for seed in range(100):
        init.chrono(cell, 100, rng=rng(seed))
        draws.append(1 / (1 - kept(cell)))  # steps
    if "b_f" in cell.params:
        np.testing.assert_array_equal(cell.params["b_i"], -cell.params["b_f"])
        assert (cell.params["b_o"] == 0).all()
        assert (cell.params["b_g"] == 0).all()
    times = np.concatenate(draws)
    assert 2 <= times.min() < 2.5
    assert 99.5 < times.max() <= 100
    counts, _ = np.histogram(times, bins=7, range=(2, 100))
    assert abs(counts - 2000 / 7).max() < 4 * np.sqrt(2000 / 7)


@pytest.mark.parametrize("variant", NO_KEEPERS)
def test_a_cell_without_a_gate_that_keeps_is_refused(variant):
    cell = make(variant, 3, 4)
    before = snapshot(cell.params)
    for start in (lambda: init.forget_bias(cell, 1), lambda: init.chrono(cell, 9, rng=rng())):
        with pytest.raises(ValueError, match="cell must have a gate that keeps its state; got"):
            start()
    assert same(cell.params, before)


def test_chrono_keeps_float32():
    cell = LSTM(2, 3, rng=rng(), dtype=np.float32)
    init.chrono(cell, 100, rng=rng())
    assert {value.dtype for value in cell.params.values()} == {np.dtype(np.float32)}


CALLS = {
    "limit must be above 0; got 0": lambda: init.uniform(2, 2, limit=0, rng=rng()),
    "limit must be a number; got '1'": lambda: init.uniform(2, 2, limit="1", rng=rng()),
    "rng must be a numpy.random.Generator; got 0": lambda: init.uniform(2, 2, limit=1, rng=0),
    "rows must be at least 1; got 0": lambda: init.uniform(0, 2, limit=1, rng=rng()),
    "size must be a whole number; got 2.0": lambda: init.identity(2.0),
    "scale must be finite; got nan": lambda: init.identity(2, float("nan")),
    "W must have shape (H, H); got (2,)": lambda: init.with_spectral_radius([1.0, 2.0], 1),
    "W must be square; got shape (2, 3)": lambda: init.with_spectral_radius(np.ones((2, 3)), 1),
    "W must be finite; got nan": lambda: init.with_spectral_radius(np.full((2, 2), np.nan), 1),
    "radius must be 0 or more; got -1": lambda: init.with_spectral_radius(np.eye(2), -1),
    "W must have an eigenvalue other than 0": lambda: init.with_spectral_radius(
        [[0.0, 1.0], [0.0, 0.0]], 1
    ),
    "cell must be a cell; got 'LSTM'": lambda: init.recurrent("LSTM", init.orthogonal, rng=rng()),
    "cell must be a cell; got {}": lambda: init.forget_bias({}, 1),
    "cell must be an RNN with activation='relu'; got RNN(1, 2, activation='tanh')": lambda: (
        init.irnn(RNN(1, 2, rng=rng()))
    ),
    "cell must have matrices from h; got LRU(3, 4": lambda: init.recurrent(
        make("lru", 3, 4), init.orthogonal, rng=rng()
    ),
    "value must be a number; got None": lambda: init.forget_bias(LSTM(1, 2, rng=rng()), None),
    "t_max must be above 2; got 2": lambda: init.chrono(LSTM(1, 2, rng=rng()), 2, rng=rng()),
    "t_max must be a whole number; got 9.5": lambda: init.chrono(
        LSTM(1, 2, rng=rng()), 9.5, rng=rng()
    ),
}


@pytest.mark.parametrize(("message", "call"), CALLS.items(), ids=CALLS)
def test_a_wrong_call_is_refused_by_name(message, call):
    with pytest.raises((ValueError, TypeError)) as caught:
        call()
    assert message in str(caught.value)
