"""Gradients over time, Jacobians, half-lives and gates: against formulas and differences."""

import numpy as np
import pytest

from rnn_core import GRU, LSTM, RNN, diagnostics
from tests.cases import EVERY, draw, make


def flat(state):
    """Return the state as one array (B, S)."""
    return np.concatenate(state, axis=1)


def differences(cell, x, state, step=1e-6):
    """Return ∂s_t/∂s_{t−1} of `cell.step` by central differences, shape (B, S, S)."""
    widths = np.cumsum([part.shape[1] for part in state])[:-1]
    here = flat(state)
    columns = []
    for nudge in step * np.eye(here.shape[1]):
        ends = [
            flat(cell.step(x, type(state)(*np.split(here + sign * nudge, widths, axis=1)))[0])
            for sign in (1, -1)
        ]
        columns.append((ends[0] - ends[1]) / (2 * step))
    return np.stack(columns, axis=2)


def seen(variant, T=5, B=2, **options):
    cell = make(variant)
    xs, state, dh, dstate = draw(cell, T, B)
    return cell, cell.forward(xs, state, **options), dh, dstate


def state_before(trace, t):
    return type(trace.start)(*(trace.before(letter)[t] for letter in trace.start._fields))


@pytest.mark.parametrize("variant", EVERY)
def test_jacobians_are_the_differences_of_a_step(variant):
    cell, trace, _, _ = seen(variant)
    found = diagnostics.jacobians(cell, trace)
    for t in range(len(trace)):
        want = differences(cell, trace.xs[t], state_before(trace, t))
        np.testing.assert_allclose(found[t], want, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("variant", EVERY)
def test_jacobian_over_steps_is_what_backward_multiplies_by(variant):
    cell, trace, dh, dstate = seen(variant)
    product = diagnostics.jacobian(cell, trace, to=len(trace) - 1)
    back = flat(cell.backward(trace, np.zeros_like(dh), dstate).state)
    np.testing.assert_allclose(np.einsum("bi,bij->bj", flat(dstate), product), back, atol=1e-12)


@pytest.mark.parametrize("variant", EVERY)
def test_jacobian_is_the_product_of_the_steps(variant):
    cell, trace, _, _ = seen(variant)
    each = diagnostics.jacobians(cell, trace)
    np.testing.assert_allclose(
        diagnostics.jacobian(cell, trace, to=3, since=0), each[3] @ each[2] @ each[1]
    )
    np.testing.assert_array_equal(
        diagnostics.jacobian(cell, trace, to=2, since=2), np.tile(np.eye(each.shape[-1]), (2, 1, 1))
    )


def test_jacobian_of_an_rnn_is_diag_of_the_slope_times_the_weights():
    cell, trace, _, _ = seen("rnn tanh")
    want = (1 - trace.h**2)[..., None] * cell.params["W_hh"]
    np.testing.assert_allclose(diagnostics.jacobians(cell, trace), want, rtol=1e-13)


def test_jacobian_of_an_lstm_by_its_formula():
    cell, trace, _, _ = seen("lstm")
    i, f, g, o, tanh_c = (trace[k] for k in ("i", "f", "g", "o", "tanh_c"))
    W_i, W_f, W_g, W_o = (cell.params[f"W_{k}h"] for k in "ifgo")

    def rows(slopes, weights):
        return slopes[..., None] * weights

    c_by_h = (
        rows(g * i * (1 - i), W_i)
        + rows(trace.before("c") * f * (1 - f), W_f)
        + rows(i * (1 - g**2), W_g)
    )
    c_by_c = rows(f, np.eye(4))
    h_by_h = rows(tanh_c * o * (1 - o), W_o) + rows(o * (1 - tanh_c**2), c_by_h)
    h_by_c = rows(o * (1 - tanh_c**2) * f, np.eye(4))
    want = np.block([[h_by_h, h_by_c], [c_by_h, c_by_c]])
    np.testing.assert_allclose(diagnostics.jacobians(cell, trace), want, atol=1e-14)
    for of, by, block in [("h", "h", h_by_h), ("h", "c", h_by_c), ("c", "h", c_by_h)]:
        found = diagnostics.jacobians(cell, trace, of=of, by=by)
        np.testing.assert_allclose(found, block, atol=1e-14)
    both = diagnostics.jacobian(cell, trace, to=4, since=1)
    found = diagnostics.jacobian(cell, trace, to=4, since=1, of="c", by="h")
    np.testing.assert_array_equal(found, both[:, 4:, :4])


def test_the_state_is_held_in_the_padding():
    cell, trace, _, _ = seen("lstm", lengths=[5, 2])
    each = diagnostics.jacobians(cell, trace)
    np.testing.assert_array_equal(each[2:, 1], np.tile(np.eye(8), (3, 1, 1)))
    whole = diagnostics.jacobian(cell, trace, to=4)
    np.testing.assert_array_equal(whole[1], (each[1] @ each[0])[1])
    norms = diagnostics.gradient_norms(cell, trace, np.ones((5, 2, 4)))
    assert not norms.h[2:, 1].any()
    assert (norms.h[:2, 1] > 0).all()


@pytest.mark.parametrize("variant", EVERY)
def test_gradient_norms_are_the_cotangent_times_the_jacobian(variant):
    cell, trace, dh, _ = seen(variant)
    dh[:-1] = 0
    norms = diagnostics.gradient_norms(cell, trace, dh)
    if variant == "lru":  # its h is a readout, on no path to later steps
        np.testing.assert_allclose(norms.h, np.linalg.norm(dh, axis=2))
        return
    for t in range(len(trace)):
        back = diagnostics.jacobian(cell, trace, to=4, since=t, of="h", by="h")
        want = np.linalg.norm(np.einsum("bi,bij->bj", dh[-1], back), axis=1)
        np.testing.assert_allclose(norms.h[t], want, rtol=1e-10)


def test_gradient_norms_of_c_count_the_path_through_h():
    cell, trace, dh, dstate = seen("lstm")
    norms = diagnostics.gradient_norms(cell, trace, dh, dstate)
    last = dstate.c + (dh[-1] + dstate.h) * trace["o"][-1] * (1 - trace["tanh_c"][-1] ** 2)
    np.testing.assert_allclose(norms.c[-1], np.linalg.norm(last, axis=1))
    assert norms.c.shape == norms.h.shape == (5, 2)


def test_a_cell_without_c_has_no_norm_of_c():
    cell, trace, dh, _ = seen("gru after")
    assert diagnostics.gradient_norms(cell, trace, dh).c is None


def test_norms_do_not_underflow_before_the_gradient_does():
    cell = RNN(1, 2, rng=np.random.default_rng(0), activation="identity")
    cell.params["W_hh"][:] = 1e-3 * np.eye(2)
    dh = np.zeros((101, 1, 2))
    dh[-1] = [3, 4]
    norms = diagnostics.gradient_norms(cell, cell.forward(np.zeros((101, 1, 1))), dh).h[:, 0]
    np.testing.assert_allclose(norms, 5 * 1e-3 ** np.arange(100, -1, -1.0), rtol=1e-10)


@pytest.mark.parametrize("variant", EVERY)
def test_float32_stays_float32(variant):
    cell = make(variant, dtype=np.float32)
    xs, state, dh, _ = draw(cell, 4, 2)
    trace = cell.forward(xs, state)
    each = diagnostics.jacobians(cell, trace)
    found = [each, diagnostics.jacobian(cell, trace, to=3), diagnostics.lyapunov_exponents(each)]
    found += [diagnostics.singular_values(each), diagnostics.spectral_radius(each)]
    found += [diagnostics.gradient_norms(cell, trace, dh).h]
    assert {array.dtype for array in found} == {np.dtype(np.float32)}
    assert diagnostics.eigenvalues(each).dtype == np.complex64


def test_spectra_of_a_rotation_and_of_a_shift():
    turn, shift = [[0, -2], [2, 0]], [[0, 5], [0, 0]]
    found = diagnostics.eigenvalues([turn, shift])
    np.testing.assert_allclose(sorted(found[0].imag), [-2, 2])
    np.testing.assert_allclose(diagnostics.spectral_radius([turn, shift]), [2, 0])
    np.testing.assert_allclose(diagnostics.singular_values([turn, shift]), [[2, 2], [5, 0]])


def test_eigenvalues_come_largest_first_and_solve_their_equation():
    matrices = np.random.default_rng(0).standard_normal((3, 5, 5))
    found = diagnostics.eigenvalues(matrices)
    assert found.shape == (3, 5)
    assert (np.diff(np.abs(found), axis=1) <= 1e-12).all()
    for matrix, values in zip(matrices, found, strict=True):
        for value in values:
            assert abs(np.linalg.det(matrix - value * np.eye(5))) < 1e-10


def test_lyapunov_exponents_of_one_matrix_are_the_logs_of_its_eigenvalues():
    matrix = np.array([[2.0, 1.0], [1.0, 1.0]])
    want = np.log(diagnostics.eigenvalues(matrix).real)
    found = diagnostics.lyapunov_exponents(np.tile(matrix, (5000, 1, 1)))
    np.testing.assert_allclose(found, want, atol=1e-3)


def test_lyapunov_exponents_add_up_to_the_log_of_the_determinant():
    steps = np.random.default_rng(0).standard_normal((7, 3, 4, 4))
    want = np.log(np.abs(np.linalg.det(steps))).mean(axis=0)
    np.testing.assert_allclose(diagnostics.lyapunov_exponents(steps).sum(axis=-1), want)


def test_lyapunov_exponents_of_one_step_and_of_a_lost_direction():
    assert list(diagnostics.lyapunov_exponents([[[1, 0], [0, 0]]])) == [0, -np.inf]


def test_half_life_is_when_half_is_left():
    keep = np.array([[0.3, 0.5], [0.9, 0.999]])
    np.testing.assert_allclose(keep ** diagnostics.half_life(keep), 0.5)
    np.testing.assert_allclose(
        diagnostics.keep_for_half_life(diagnostics.half_life(keep)), keep, rtol=1e-13
    )
    assert list(diagnostics.half_life([0, 1])) == [0, np.inf]
    assert diagnostics.half_life(np.float32([0.5])).dtype == np.float32


def test_half_life_of_a_bias():
    bias = np.array([-3.0, 0.0, 1.0, 2.0, 5.0])
    sigmoid = 1 / (1 + np.exp(-bias))
    np.testing.assert_allclose(
        diagnostics.half_life_of_bias(bias), diagnostics.half_life(sigmoid), rtol=1e-12
    )
    steps = diagnostics.half_life_of_bias([-40.0, -3.0, 1.0, 50.0])
    np.testing.assert_allclose(diagnostics.bias_for_half_life(steps), [-40, -3, 1, 50], rtol=1e-12)
    assert steps[-1] == pytest.approx(np.log(2) * np.exp(50))
    assert diagnostics.bias_for_half_life(1e-4) == pytest.approx(-np.log(2) * 1e4)


def test_half_lives_come_from_the_product_of_what_was_kept():
    for variant, kept in [
        ("lstm", lambda trace: trace["f"]),
        ("lstm coupled", lambda trace: 1 - trace["i"]),
        ("lstm peephole", lambda trace: trace["f"]),
        ("gru after", lambda trace: 1 - trace["z"]),
        ("mingru", lambda trace: 1 - trace["z"]),
    ]:
        cell, trace, _, _ = seen(variant)
        product = kept(trace).prod(axis=(0, 1))  # over all 10 steps
        found = diagnostics.half_lives(cell, trace)
        np.testing.assert_allclose(product ** (found / 10), 0.5)


def test_half_lives_of_a_cell_that_keeps_the_same_whatever_it_reads():
    cell, trace, _, _ = seen("lru")
    keep = np.abs(diagnostics.eigenvalues(diagnostics.jacobians(cell, trace)[0, 0]))[::2]
    found = diagnostics.half_lives(cell, trace)
    np.testing.assert_allclose(np.sort(found), np.sort(diagnostics.half_life(keep)))
    cell, trace, _, _ = seen("lstm 1997")
    assert (diagnostics.half_lives(cell, trace) == np.inf).all()


def test_half_lives_and_saturation_leave_the_padding_out():
    cell = make("lstm")
    xs, state, _, _ = draw(cell, 5, 2)
    padded = cell.forward(xs, state, lengths=[5, 3])
    rows = np.concatenate([padded["f"][:, 0], padded["f"][:3, 1]])
    np.testing.assert_allclose(
        diagnostics.half_lives(cell, padded), diagnostics.half_life(np.exp(np.log(rows).mean(0)))
    )
    found = diagnostics.saturation(padded, 0.4, 0.6)
    np.testing.assert_allclose(found["f"].left, (rows < 0.4).mean(0))


def test_saturation_counts_each_unit_of_each_gate():
    _, trace, _, _ = seen("lstm", T=40)
    found = diagnostics.saturation(trace)
    assert list(found) == ["i", "f", "o"]
    for letter, (left, right) in found.items():
        for unit in range(4):
            values = trace[letter][:, :, unit].ravel().tolist()
            assert left[unit] == sum(v < 0.1 for v in values) / 80
            assert right[unit] == sum(v > 0.9 for v in values) / 80
    assert any(left.any() and right.any() for left, right in found.values())
    _, trace, _, _ = seen("gru before")
    assert list(diagnostics.saturation(trace)) == ["r", "z"]


# Orders of magnitude that a unit gradient loses over 149 steps before training: 10 seeds, 16
# sequences, H=64, D=16. The norm is averaged over sequences, its log10 over seeds.


def log_norms(make_cell, input_sd, lag):
    found = []
    for seed in range(10):
        rng = np.random.default_rng(seed)
        cell = make_cell(rng)
        trace = cell.forward(input_sd * rng.standard_normal((150, 16, 16)))
        dh = np.zeros((150, 16, 64))
        dh[-1] = rng.standard_normal((16, 64))
        dh[-1] /= np.linalg.norm(dh[-1], axis=1, keepdims=True)
        norms = diagnostics.gradient_norms(cell, trace, dh)
        found.append(np.log10(norms.h[149 - lag].mean()))
    return np.mean(found)


def gaussian_rnn(radius):
    def make_cell(rng):
        cell = RNN(16, 64, rng=rng)
        W = rng.standard_normal((64, 64))
        cell.params["W_hh"][:] = W * radius / diagnostics.spectral_radius(W)
        return cell

    return make_cell


def glorot_over_all_gates(kind, **options):
    """Return a maker of cells whose W_x is drawn as one matrix (GH, D), as Keras does."""

    def make_cell(rng):
        cell = kind(16, 64, rng=rng, **options)
        limit = np.sqrt(6 / (64 * len(cell.letters) + 16))
        for k in cell.letters:
            cell.params[f"W_{k}x"][:] = rng.uniform(-limit, limit, (64, 16))
        return cell

    return make_cell


@pytest.mark.parametrize(("radius", "want"), [(1.5, 25.6), (1.1, 5.5), (0.5, -45.5)])
def test_a_tanh_rnn_without_input_grows_or_shrinks_by_its_spectral_radius(radius, want):
    assert log_norms(gaussian_rnn(radius), 0.0, 149) == pytest.approx(want, abs=0.2)


def test_the_forget_bias_decides_what_an_lstm_loses():
    for bias, at_100 in [(0.0, -15), (1.0, -4)]:
        cell = glorot_over_all_gates(LSTM, forget_bias=bias)
        assert log_norms(cell, 1.0, 100) == pytest.approx(at_100, abs=0.5)
    assert log_norms(glorot_over_all_gates(LSTM, forget_bias=3.0), 1.0, 149) > 0
    assert log_norms(glorot_over_all_gates(GRU), 1.0, 100) == pytest.approx(-15, abs=0.5)


def test_what_an_lstm_loses_with_each_gate_drawn_by_itself():
    for bias, want in [(0.0, -26), (3.0, 0)]:
        found = log_norms(lambda rng, b=bias: LSTM(16, 64, rng=rng, forget_bias=b), 1.0, 149)
        assert found == pytest.approx(want, abs=0.5)


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (lambda c, t: diagnostics.gradient_norms(1, t, t.h), TypeError, "cell must be of type"),
        (lambda c, t: diagnostics.gradient_norms(c, t, t.h[0]), ValueError, "dh must have shape"),
        (lambda c, t: diagnostics.gradient_norms(c, 1, t.h), TypeError, "trace must be of type"),
        (lambda c, t: diagnostics.jacobians(make("gru after"), t), ValueError, "trace must be one"),
        (
            lambda c, t: diagnostics.jacobians(c, t, of="f"),
            ValueError,
            "of must be one of 'h', 'c'",
        ),
        (lambda c, t: diagnostics.jacobian(c, t, 5), ValueError, "to must be from 0 to 4; got 5"),
        (lambda c, t: diagnostics.jacobian(c, t, 2, 3), ValueError, "since must be from 0 to 2"),
        (lambda c, t: diagnostics.jacobian(c, t, 2.0), TypeError, "to must be a whole number"),
        (lambda c, t: diagnostics.singular_values(t.h), ValueError, r"matrices must have shape"),
        (lambda c, t: diagnostics.eigenvalues([[np.nan]]), ValueError, "matrices must be finite"),
        (lambda c, t: diagnostics.eigenvalues("ab"), TypeError, "matrices must be an array"),
        (lambda c, t: diagnostics.lyapunov_exponents(np.eye(2)), ValueError, r"\(T, ..., S, S\)"),
        (lambda c, t: diagnostics.half_life([0.5, 1.5]), ValueError, "from 0 to 1; got 1.5"),
        (lambda c, t: diagnostics.half_life([np.nan]), ValueError, "keep must be finite"),
        (
            lambda c, t: diagnostics.keep_for_half_life(0),
            ValueError,
            "steps must be above 0; got 0",
        ),
        (lambda c, t: diagnostics.bias_for_half_life("1"), TypeError, "steps must be an array"),
        (lambda c, t: diagnostics.half_life_of_bias(np.inf), ValueError, "bias must be finite"),
        (lambda c, t: diagnostics.saturation(c), TypeError, "trace must be of type Trace"),
        (lambda c, t: diagnostics.saturation(t, 0.9, 0.1), ValueError, "0 ≤ low ≤ high ≤ 1"),
    ],
)
def test_bad_input(call, kind, message):
    cell, trace, _, _ = seen("lstm")
    with pytest.raises(kind, match=message):
        call(cell, trace)


def test_a_cell_that_cannot_be_asked_says_why():
    cell, trace, _, _ = seen("rnn tanh")
    with pytest.raises(ValueError, match="cell must have something that keeps"):
        diagnostics.half_lives(cell, trace)
    with pytest.raises(ValueError, match="trace must have gates"):
        diagnostics.saturation(trace)
    cell, trace, dh, _ = seen("lstm", checkpoint=2)
    for call in (
        lambda: diagnostics.gradient_norms(cell, trace, dh),
        lambda: diagnostics.jacobians(cell, trace),
        lambda: diagnostics.half_lives(cell, trace),
    ):
        with pytest.raises(ValueError, match="trace must hold every step"):
            call()
    cell, trace, _, _ = seen("lstm", lengths=[0, 0])
    with pytest.raises(ValueError, match="trace must have a real step"):
        diagnostics.half_lives(cell, trace)
