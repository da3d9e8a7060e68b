"""The engines where they cut time into pieces, in odd memory, and in how much memory they take."""

import copy

import numpy as np
import pytest

from benchmarks.memory import inputs, pass_of, peak, stored_minimum
from rnn_core import GRU, LSTM, RNN, H, engine
from rnn_core.engine import common
from tests.cases import draw, everything, make, same, snapshot

CELLS = (
    "rnn tanh",
    "rnn logistic",
    "rnn relu",
    "rnn identity",
    "lstm",
    "gru after",
    "gru after b_nh",
    "gru before",
)
variants = pytest.mark.parametrize("variant", CELLS)


def run(cell, xs, state, dh, dend):
    """Return every output and gradient, the totals ∂L/∂h_t and ∂L/∂c_t included."""
    trace = cell.forward(xs, state)
    grads = cell.backward(trace, dh, dend)
    totals = {"total h": grads.h} | ({} if grads.c is None else {"total c": grads.c})
    return everything(trace, grads) | trace.arrays | totals


def close(found, expected, tolerance):
    assert found.keys() == expected.keys()
    for name, value in found.items():
        np.testing.assert_allclose(
            value, expected[name], rtol=tolerance, atol=tolerance, err_msg=name
        )


def piecewise(cell, xs, state, dh, dend, length):
    """Return the same as `run` from segments that are too short to be cut."""
    traces = []
    for t in range(0, len(xs), length):
        traces.append(cell.forward(xs[t : t + length], state))
        state = traces[-1].end
    parts, params = [], {name: np.zeros_like(w) for name, w in cell.params.items()}
    for n in reversed(range(len(traces))):
        grads = cell.backward(traces[n], dh[n * length : (n + 1) * length], dend)
        dend = grads.state
        parts.insert(0, grads)
        for name in params:
            params[name] += grads.params[name]
    found = {"h": np.concatenate([trace.h for trace in traces])}
    found |= {"grad xs": np.concatenate([grads.xs for grads in parts])}
    found |= {"total h": np.concatenate([grads.h for grads in parts])}
    return found | {f"grad {name}": grad for name, grad in params.items()}


@variants
@pytest.mark.parametrize("steps", [1, 2, 3, 4, 5, 8, 9])
def test_where_time_is_cut_makes_no_difference(variant, steps, monkeypatch):
    cell = make(variant)
    case = draw(cell, steps, 2)
    whole = run(cell, *case)
    step = 2 * 4 * 8  # bytes of one letter at one step
    for rows, slopes in ((1, 1), (2, 1), (6, 6 * step), (7, 11 * step), (8, 12 * step)):
        monkeypatch.setattr(common, "ROWS", (rows, rows))
        monkeypatch.setattr(common, "SLOPES", (slopes, slopes))
        close(run(cell, *case), whole, 1e-12)


@variants
@pytest.mark.parametrize("steps", [255, 256, 257, 258, 300])
def test_long_sequences_are_their_short_segments(variant, steps):
    # With one sequence a block is 257 steps, so these are just below and above one block.
    cell = make(variant, 3, 20)
    case = draw(cell, steps, 1)
    assert len(list(common.blocks(cell.forward(*case[:2])))) == 1 + (steps > 257)
    whole, parts = run(cell, *case), piecewise(cell, *case, 50)
    close({name: whole[name] for name in parts}, parts, 1e-10)


@pytest.mark.parametrize("variant", ["rnn tanh", "lstm", "gru after", "gru before"])
def test_slopes_are_cut_where_they_leave_the_cache(variant):
    cell = make(variant, 2, 64)
    case = draw(cell, 40, 32)
    trace = cell.forward(*case[:2])
    block = next(common.blocks(trace))
    assert len(list(common.chunks(trace, block, 6))) > 1
    whole, parts = run(cell, *case), piecewise(cell, *case, 2)
    close({name: whole[name] for name in parts}, parts, 1e-10)


def odd(a):
    """Return an equal array in every other row of a transposed, reversed, read-only one."""
    turned = np.zeros((*a.shape[:0:-1], 2 * len(a)), a.dtype)[..., ::-1]
    view = turned.T[::2]
    view[...] = a
    view.flags.writeable = False
    return view


@variants
def test_any_memory_layout_gives_the_same(variant):
    cell = make(variant)
    xs, state, dh, dend = case = draw(cell, 6, 3)
    strange = (
        odd(xs),
        type(state)(*map(odd, state)),
        np.broadcast_to(odd(dh)[:1], dh.shape),
        type(dend)(*map(odd, dend)),
    )
    dh[...] = dh[:1]
    assert not any(a.flags.c_contiguous for a in (strange[0], strange[2], *strange[1]))
    assert same(snapshot(run(cell, *strange)), snapshot(run(cell, *case)))


@variants
def test_weights_in_any_memory_layout_give_the_same(variant):
    cell, other = make(variant), make(variant)
    for name, value in other.params.items():
        other.params[name] = np.asfortranarray(value)
        other.params[name].flags.writeable = False
    case = draw(cell, 6, 3)
    close(run(other, *case), run(cell, *case), 1e-13)


@variants
def test_float32_stays_float32_and_is_near_float64(variant):
    cell, double = make(variant, 5, 7, dtype=np.float32), make(variant, 5, 7)
    for name, value in cell.params.items():
        double.params[name] = value.astype(np.float64)
    case = draw(cell, 60, 8)
    found = run(cell, *case)
    assert {value.dtype for value in found.values()} == {np.dtype(np.float32)}
    as_double = [
        type(a)(*(p.astype(float) for p in a)) if isinstance(a, tuple) else a.astype(float)
        for a in case
    ]
    for name, value in run(double, *as_double).items():
        scale = np.abs(value).max() + 1
        np.testing.assert_allclose(found[name], value, atol=2e-5 * scale, rtol=0, err_msg=name)


@variants
def test_nothing_given_is_written_to(variant):
    cell = make(variant)
    xs, state, dh, dend = case = draw(cell, 5, 2)
    kept = copy.deepcopy(case)
    arrays = [xs, dh, *state, *dend, *cell.params.values()]
    for array in arrays:
        array.flags.writeable = False
    trace = cell.forward(xs, state)
    for array in trace.arrays.values():
        array.flags.writeable = False
    seen = snapshot(trace.arrays)
    cell.backward(trace, dh, dend)
    np.testing.assert_equal(case, kept)
    assert same(seen, snapshot(trace.arrays))


@variants
def test_a_call_remembers_nothing_of_the_one_before(variant):
    cell, case = make(variant), draw(make(variant), 6, 3)
    before, buffer = snapshot(run(cell, *case)), np.getbufsize()
    run(make(variant, 2, 9, dtype=np.float32), *draw(make(variant, 2, 9, dtype=np.float32), 11, 4))
    assert same(before, snapshot(run(cell, *case)))
    assert np.getbufsize() == buffer


@variants
def test_results_share_no_memory_with_what_was_given(variant):
    cell = make(variant)
    xs, state, dh, dend = draw(cell, 1, 1)
    trace = cell.forward(xs, state)
    grads = cell.backward(trace, dh, dend)
    results = [grads.xs, grads.h, *grads.state, *grads.params.values()]
    for given in (xs, dh, *state, *dend, *trace.arrays.values(), *cell.params.values()):
        assert not any(np.shares_memory(given, result) for result in results)


@variants
def test_the_gradients_of_the_parameters_come_in_their_order(variant):
    cell = make(variant)
    case = draw(cell, 3, 2)
    grads = cell.backward(cell.forward(*case[:2]), *case[2:])
    assert list(grads.params) == list(cell.params)
    assert all(grad.flags.c_contiguous for grad in grads.params.values())


def test_an_error_leaves_the_buffer_of_numpy_as_it_was():
    buffer = np.getbufsize()
    with pytest.raises(KeyError):
        engine.rnn_forward({}, np.zeros((1, 1, 1)), np.zeros((1, 1)), "tanh")
    assert np.getbufsize() == buffer


def lstm_grads(cell, case, dc):
    xs, state, dh, dend = case
    trace = cell.forward(xs, state)
    return trace, engine.lstm_backward(cell.params, trace, dh, *dend, dc)


def test_dc_is_what_reaches_each_cell_state_directly():
    cell = make("lstm")
    xs, state, dh, dend = case = draw(cell, 6, 2)
    rng = np.random.default_rng(5)
    dc = rng.standard_normal((6, 2, 4))
    _, grads = lstm_grads(cell, case, dc)

    def loss(xs):
        trace = cell.forward(xs, state)
        ends = sum((d * e).sum() for d, e in zip(dend, trace.end, strict=True))
        return (dh * trace.h).sum() + (dc * trace.c).sum() + ends

    for _ in range(3):
        way = rng.standard_normal(xs.shape)
        measured = (loss(xs + 1e-5 * way) - loss(xs - 1e-5 * way)) / 2e-5
        assert measured == pytest.approx((grads.xs * way).sum(), rel=1e-7)
    np.testing.assert_allclose(
        grads.c[-1] - dend.c - dc[-1],
        (
            grads.h[-1]
            * cell.forward(xs, state)["o"][-1]
            * (1 - np.tanh(cell.forward(xs, state).c[-1]) ** 2)
        ),
        atol=1e-14,
    )


def test_dc_at_the_last_step_is_the_gradient_of_the_last_state():
    cell = make("lstm")
    xs, state, dh, dend = draw(cell, 6, 2)
    trace, by_state = lstm_grads(cell, (xs, state, dh, dend), None)
    dc = np.zeros_like(dh)
    dc[-1] = dend.c
    _, by_step = lstm_grads(cell, (xs, state, dh, type(dend)(dend.h, 0 * dend.c)), dc)
    close(everything(trace, by_step), everything(trace, by_state), 1e-14)


def test_dc_may_be_cut_and_of_any_layout(monkeypatch):
    cell = make("lstm")
    case = draw(cell, 9, 2)
    dc = np.random.default_rng(5).standard_normal((9, 2, 4))
    trace, whole = lstm_grads(cell, case, dc)
    monkeypatch.setattr(common, "ROWS", (5, 5))
    monkeypatch.setattr(common, "SLOPES", (1, 1))
    _, cut = lstm_grads(cell, case, odd(dc))
    close(everything(trace, cut), everything(trace, whole), 1e-13)


def test_a_linear_rnn_is_a_matrix_power():
    cell = RNN(1, 3, rng=np.random.default_rng(0), activation="identity")
    W, b = cell.params["W_hh"] * 0.9, np.array([0.1, -0.2, 0.3])
    cell.params["W_hh"][...], cell.params["b_h"][...] = W, b
    start = np.array([[1.0, -1.0, 0.5]])
    trace = cell.forward(np.zeros((7, 1, 1)), H(start))
    powers = [np.linalg.matrix_power(W, k) for k in range(8)]
    expected = powers[7] @ start[0] + sum(powers[:7]) @ b
    np.testing.assert_allclose(trace.h[-1, 0], expected, rtol=1e-13)
    dh = np.zeros((7, 1, 3))
    dh[-1, 0] = [1, 2, 3]
    grads = cell.backward(trace, dh)
    np.testing.assert_allclose(grads.state.h[0], powers[7].T @ [1, 2, 3], rtol=1e-12)


@pytest.mark.parametrize("name", list(engine.ACTIVATIONS))
def test_activations_and_slopes_write_where_they_are_told(name):
    activation, a = engine.ACTIVATIONS[name], np.array([-2.0, -0.5, 0.5, 2.0])
    value, out = activation.value(a), np.empty(4)
    assert activation.value(a, out) is out
    np.testing.assert_array_equal(out, value)
    np.testing.assert_array_equal(a, [-2, -0.5, 0.5, 2])
    measured = (activation.value(a + 1e-6) - activation.value(a - 1e-6)) / 2e-6
    np.testing.assert_allclose(activation.slope(value), measured, atol=1e-9)
    assert activation.slope(value, out) is out


@pytest.mark.parametrize("kind", [LSTM, GRU])
@pytest.mark.parametrize("shape", [(400, 8, 16, 64), (200, 32, 32, 64), (60, 32, 64, 128)])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_peak_memory_is_near_what_must_be_stored(kind, shape, dtype):
    steps, batch, D, size = shape
    cell = kind(D, size, rng=np.random.default_rng(0), dtype=dtype)
    taken, _ = peak(pass_of(cell, *inputs(cell, steps, batch), False))
    least = stored_minimum(cell, steps, batch)
    assert least <= taken <= 1.4 * least


def test_checkpoints_take_a_sixth_of_the_memory_and_give_equal_gradients():
    steps, batch = 3200, 8
    cell = LSTM(8, 64, rng=np.random.default_rng(0))
    xs, dh = inputs(cell, steps, batch)
    plain, (trace, expected) = peak(pass_of(cell, xs, dh, False))
    saved, (_, found) = peak(pass_of(cell, xs, dh, True))
    assert plain >= 6 * saved
    close(everything(trace, found), everything(trace, expected), 1e-9)
