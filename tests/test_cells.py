"""The cells against PyTorch, numbers worked by hand, limits, and themselves."""

import copy
import math
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_core import GRU, HC, LSTM, RNN, H
from rnn_core.variants import LRU
from tests.cases import (
    EVERY,
    MORE,
    SHAPES,
    SOURCES,
    VARIANTS,
    draw,
    everything,
    fixture,
    make,
    same,
    shape_id,
    snapshot,
)

variants = pytest.mark.parametrize("variant", EVERY)


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("shape", SHAPES, ids=shape_id)
@pytest.mark.parametrize("source", SOURCES)
def test_outputs_and_all_gradients_equal_pytorch(source, shape, variant):
    compare(make(variant, *shape[2:]), fixture(source, "cells")[f"{variant}/{shape_id(shape)}"])


@pytest.mark.parametrize("variant", MORE)
@pytest.mark.parametrize("source", SOURCES)
def test_variants_equal_their_formulas_in_pytorch(source, variant):
    cases = fixture(source, "variants", "make_torch_variants")
    shapes = [name.rpartition("/")[2] for name in cases if name.startswith(variant + "/")]
    assert len(shapes) == 5
    for shape in shapes:
        compare(make(variant, *map(int, shape[2:])), cases[f"{variant}/{shape}"])


def compare(cell, case):
    """Run `cell` with the weights of `case` and see that every output and gradient is there."""
    for name, value in cell.params.items():
        value[...] = case[name]
    part = {
        k: cell.state_type(*(case[f"{k}.{s}"] for s in cell.state_type._fields))
        for k in ("state", "dstate")
    }
    trace = cell.forward(case["xs"], part["state"])
    found = everything(trace, cell.backward(trace, case["dh"], part["dstate"]))
    assert {k for k in case if k.startswith(("grad", "end"))} <= found.keys()
    for name, value in found.items():
        np.testing.assert_allclose(value, case[name], rtol=1e-10, atol=1e-10, err_msg=name)


@variants
@given(sizes=st.tuples(*[st.integers(1, 9)] * 4), dtype=st.sampled_from([np.float64, np.float32]))
@settings(max_examples=20, deadline=None, derandomize=True)
def test_step_equals_forward_in_the_dtype_of_the_cell(variant, sizes, dtype):
    T, B, D, size = sizes
    cell = make(variant, D, size, dtype=dtype)
    xs, state, dh, dend = draw(cell, T, B)
    trace = cell.forward(xs, state)
    assert len(trace) == T
    close = {"rtol": 1e-10, "atol": 1e-12} if dtype is np.float64 else {"rtol": 1e-4, "atol": 1e-6}
    for t, x in enumerate(xs):
        state, gates = cell.step(x, state)
        for letter, value in (gates | state._asdict()).items():
            assert value.shape == (B, size)
            assert value.dtype == dtype
            np.testing.assert_allclose(trace[letter][t], value, **close)
    grads = cell.backward(trace, dh, dend)
    arrays = [*everything(trace, grads).values(), *trace.arrays.values(), grads.h]
    assert {value.dtype for value in arrays} == {np.dtype(dtype)}
    assert grads.xs.shape == xs.shape
    assert {k: v.shape for k, v in grads.params.items()} == {
        k: v.shape for k, v in cell.params.items()
    }


@variants
def test_a_batch_is_a_loop_of_single_sequences(variant):
    cell = make(variant)
    xs, state, dh, dend = draw(cell, 6, 5)
    trace = cell.forward(xs, state)
    whole = everything(trace, cell.backward(trace, dh, dend))
    singles = []
    for b in range(5):
        one = slice(b, b + 1)
        alone = cell.forward(xs[:, one], type(state)(*(part[one] for part in state)))
        dstate = type(state)(*(part[one] for part in dend))
        singles.append(everything(alone, cell.backward(alone, dh[:, one], dstate)))
    for name, value in whole.items():
        parts = [single[name] for single in singles]
        summed = name.removeprefix("grad ") in cell.params
        joined = sum(parts) if summed else np.concatenate(parts, axis=value.ndim - 2)
        np.testing.assert_allclose(value, joined, rtol=1e-11, atol=1e-13, err_msg=name)


@variants
def test_two_halves_with_the_state_carried_are_the_whole(variant):
    cell = make(variant)
    xs, state, dh, dend = draw(cell, 7, 2)
    whole = cell.forward(xs, state)
    grads = cell.backward(whole, dh, dend)
    first = cell.forward(xs[:3], state)
    second = cell.forward(xs[3:], first.end)
    late = cell.backward(second, dh[3:], dend)
    early = cell.backward(first, dh[:3], late.state)
    np.testing.assert_allclose(np.concatenate([first.h, second.h]), whole.h, atol=1e-14)
    for name, value in grads.params.items():
        np.testing.assert_allclose(early.params[name] + late.params[name], value, atol=1e-12)
    np.testing.assert_allclose(np.concatenate([early.xs, late.xs]), grads.xs, atol=1e-12)
    np.testing.assert_allclose(early.state, grads.state, atol=1e-12)


@variants
def test_nothing_that_goes_in_is_changed(variant):
    cell = make(variant)
    xs, state, dh, dend = inputs = draw(cell, 5, 2)
    params, kept = snapshot(cell.params), copy.deepcopy(inputs)
    trace = cell.forward(xs, state)
    seen = snapshot(trace.arrays)
    first = everything(trace, cell.backward(trace, dh, dend))
    cell.step(xs[0], state)
    assert same(first, everything(trace, cell.backward(trace, dh, dend)))
    assert same(params, cell.params)
    assert same(seen, trace.arrays)
    np.testing.assert_equal(inputs, kept)


@variants
@pytest.mark.parametrize(
    "clone", [copy.deepcopy, lambda cell: pickle.loads(pickle.dumps(cell))], ids=["copy", "pickle"]
)
def test_a_cell_can_be_copied_and_pickled(variant, clone):
    cell = make(variant)
    twin = clone(cell)
    assert same(cell.params, twin.params)
    assert repr(cell) == repr(twin)
    next(iter(twin.params.values()))[:] = 9
    assert not same(cell.params, twin.params)


def hidden(cell, trace, t, c):
    """Return h_t as it would be with another c_t and everything before it the same."""
    p, o = cell.params, trace["o"][t]
    if "p_o" in p:
        a = np.log(o / (1 - o)) + p["p_o"] * (c - trace.c[t])
        o = 1 / (1 + np.exp(-a))
    if "W_oc" in p:
        o = 1 / (1 + np.exp(-(c @ p["W_oc"].T + p["b_o"])))
    return o if cell.options.get("hidden") == "o" else o * np.tanh(c)


@pytest.mark.parametrize("variant", [name for name in EVERY if name != "lru"])
def test_grads_h_and_c_are_the_derivative_over_every_path(variant):
    cell = make(variant)
    xs, state, dh, dend = draw(cell, 5, 2)
    trace = cell.forward(xs, state)
    grads = cell.backward(trace, dh, dend)

    def loss(t, here):  # of everything from h_t on
        rest = cell.forward(xs[t + 1 :], here)
        later = sum((d * e).sum() for d, e in zip(dend, rest.end, strict=True))
        return (dh[t] * here.h).sum() + (dh[t + 1 :] * rest.h).sum() + later

    def nudged(t, letter, way):
        here = {k: trace[k][t] for k in state._fields}
        here[letter] = here[letter] + way
        if letter == "c":
            here["h"] = hidden(cell, trace, t, here["c"])
        return type(state)(**here)

    way = 1e-5 * np.random.default_rng(2).standard_normal((2, 4))
    for t in range(4):
        for k in state._fields:
            measured = loss(t, nudged(t, k, way)) - loss(t, nudged(t, k, -way))
            foretold = 2 * (getattr(grads, k)[t] * way).sum()
            assert measured == pytest.approx(foretold, rel=1e-6)


def sigmoid(a):
    return 1 / (1 + math.exp(-a))


def one_unit(kind, weights, **options):
    cell = kind(1, 1, rng=np.random.default_rng(0), **options)
    for name, value in weights.items():
        cell.params[name][...] = value
    return cell


def test_one_lstm_step_by_hand():
    cell = one_unit(
        LSTM,
        {"W_ix": 0.5, "W_ih": 0.1, "b_i": 0.0, "W_fx": -1.0, "W_fh": 0.3, "b_f": 1.0}
        | {"W_gx": 2.0, "W_gh": -0.4, "b_g": 0.1, "W_ox": 0.7, "W_oh": 0.2, "b_o": -0.5},
    )
    x, h, c = 0.8, -0.6, 1.5
    i = sigmoid(0.5 * 0.8 + 0.1 * -0.6 + 0.0)
    f = sigmoid(-1.0 * 0.8 + 0.3 * -0.6 + 1.0)
    g = math.tanh(2.0 * 0.8 + -0.4 * -0.6 + 0.1)
    o = sigmoid(0.7 * 0.8 + 0.2 * -0.6 + -0.5)
    c_new = f * c + i * g
    (h_found, c_found), gates = cell.step([[x]], HC(np.array([[h]]), np.array([[c]])))
    assert [gates[k].item() for k in "ifgo"] == pytest.approx([i, f, g, o], rel=1e-14)
    assert c_found.item() == pytest.approx(c_new, rel=1e-14)
    assert h_found.item() == pytest.approx(o * math.tanh(c_new), rel=1e-14)
    assert c_found.item() == pytest.approx(1.318050, abs=5e-7)
    assert h_found.item() == pytest.approx(0.420159, abs=5e-7)


RNN_SUM = 0.5 * 0.8 + -1.5 * -0.6 + 0.2


@pytest.mark.parametrize(
    ("activation", "expected"),
    [
        ("tanh", math.tanh(RNN_SUM)),
        ("logistic", sigmoid(RNN_SUM)),
        ("relu", 1.5),
        ("identity", 1.5),
    ],
)
def test_one_rnn_step_by_hand(activation, expected):
    cell = one_unit(RNN, {"W_hx": 0.5, "W_hh": -1.5, "b_h": 0.2}, activation=activation)
    state, gates = cell.step([[0.8]], H(np.array([[-0.6]])))
    assert gates == {}
    assert state.h.item() == pytest.approx(expected, rel=1e-14)


R = sigmoid(0.5 * 0.8 + 1.0 * -0.6 + 0.1)
Z = sigmoid(-0.3 * 0.8 + 0.4 * -0.6 + 0.2)
AFTER = math.tanh(0.9 * 0.8 + -0.2 + R * (1.2 * -0.6))
AFTER_BIAS = math.tanh(0.9 * 0.8 + -0.2 + R * (1.2 * -0.6 + 0.7))
BEFORE = math.tanh(0.9 * 0.8 + -0.2 + 1.2 * (R * -0.6))


@pytest.mark.parametrize(
    ("options", "extra", "n"),
    [
        ({"reset": "after"}, {}, AFTER),
        ({"reset": "after", "recurrent_bias": True}, {"b_nh": 0.7}, AFTER_BIAS),
        ({"reset": "before"}, {}, BEFORE),
    ],
)
def test_one_gru_step_by_hand(options, extra, n):
    weights = {"W_rx": 0.5, "W_rh": 1.0, "b_r": 0.1, "W_zx": -0.3, "W_zh": 0.4, "b_z": 0.2}
    cell = one_unit(GRU, weights | {"W_nx": 0.9, "W_nh": 1.2, "b_n": -0.2} | extra, **options)
    state, gates = cell.step([[0.8]], H(np.array([[-0.6]])))
    assert [gates[k].item() for k in "rzn"] == pytest.approx([R, Z, n], rel=1e-14)
    assert state.h.item() == pytest.approx((1 - Z) * -0.6 + Z * n, rel=1e-14)


def test_the_two_resets_are_different_functions():
    # With one unit r is a number, and both forms agree; from two units on they do not.
    after, before = (make(variant, 3, 2) for variant in ("gru after", "gru before"))
    before.params.update(after.params)
    xs, state, *_ = draw(after, 3, 1)
    assert np.abs(after.forward(xs, state).h - before.forward(xs, state).h).max() > 1e-3


@pytest.mark.parametrize(
    ("variant", "biases", "letter"),
    [
        ("lstm", {"b_f": 60, "b_i": -60}, "c"),
        ("gru after", {"b_z": -60}, "h"),
        ("gru before", {"b_z": -60}, "h"),
        ("lstm peephole", {"b_f": 60, "b_i": -60}, "c"),
        ("outline o", {"b_f": 60, "b_i": -60}, "c"),
        ("outline o tanh c", {"b_f": 60, "b_i": -60}, "c"),
        ("lstm 1997", {"b_i": -60}, "c"),
        ("lstm coupled", {"b_i": -60}, "c"),
        ("mingru", {"b_z": -60}, "h"),
        ("lru", {"nu_log": -60, "theta_log": -60, "gamma_log": -60}, "re"),
    ],
)
def test_closed_gates_keep_the_state(variant, biases, letter):
    cell = make(variant)
    for name, value in biases.items():
        cell.params[name][:] = value
    xs, state, *_ = draw(cell, 50, 2)
    trace = cell.forward(xs, state)
    kept = np.broadcast_to(getattr(state, letter), trace[letter].shape)
    np.testing.assert_allclose(trace[letter], kept, rtol=1e-14, atol=1e-16)
    grads = cell.backward(trace, np.zeros_like(trace.h), type(state)(*map(np.ones_like, state)))
    if letter in "h re":
        np.testing.assert_allclose(getattr(grads.state, letter), 1, rtol=1e-12)


@pytest.mark.parametrize("variant", ["lstm 1997", "lstm coupled", "lstm peephole"])
def test_a_variant_is_the_lstm_with_some_weights_tied(variant):
    plain, cell = make("lstm"), make(variant)
    for name, value in cell.params.items():
        if name.startswith("p_"):
            value[:] = 0
        else:
            plain.params[name][...] = value
    for name in ("W_fx", "W_fh", "b_f"):
        if variant == "lstm coupled":  # 1 − σ(a) = σ(−a)
            plain.params[name][...] = -cell.params[name.replace("f", "i")]
        if variant == "lstm 1997":
            plain.params[name][...] = 60 if name == "b_f" else 0
    xs, state, *_ = draw(cell, 6, 2)
    np.testing.assert_allclose(cell.forward(xs, state).h, plain.forward(xs, state).h, atol=1e-14)


def test_forget_bias_is_the_bias_of_the_forget_gate_in_every_lstm():
    rng = np.random.default_rng(0)
    for variant in ("lstm", "lstm coupled", "lstm peephole", "outline o"):
        kind, options = EVERY[variant]
        cell = kind(2, 3, rng=rng, forget_bias=2.5, **options)
        nothing = np.zeros((1, 2))
        _, gates = cell.step(nothing, cell.zero_state(1))
        np.testing.assert_allclose(gates["f"], sigmoid(2.5), rtol=1e-14)
        untold = kind(2, 3, rng=rng, **options)
        _, gates = untold.step(nothing, untold.zero_state(1))
        np.testing.assert_allclose(gates["f"], sigmoid(1), rtol=1e-14)


def test_an_lru_starts_in_the_ring_that_was_asked_for():
    cell = LRU(2, 2000, rng=np.random.default_rng(0), r_min=0.8, r_max=0.9, max_phase=0.3)
    angles, spread = np.exp(cell.params["theta_log"]), cell.moduli**2
    assert 0.8 <= cell.moduli.min() < 0.801
    assert 0.899 < cell.moduli.max() <= 0.9
    assert 0 < angles.min() < 0.001
    assert 0.299 < angles.max() <= 0.3
    assert spread.mean() == pytest.approx((0.8**2 + 0.9**2) / 2, abs=2e-3)  # uniform in |λ|²
    np.testing.assert_allclose(np.exp(cell.params["gamma_log"]), np.sqrt(1 - spread), rtol=1e-12)


def test_the_seed_decides_the_weights():
    assert same(make("lstm", seed=3).params, make("lstm", seed=3).params)
    assert not same(make("lstm", seed=3).params, make("lstm", seed=4).params)


def test_first_weights_are_orthogonal_from_h_and_within_glorot_from_x():
    cell = LSTM(4, 8, rng=np.random.default_rng(0), forget_bias=2.0)
    for k in "ifgo":
        W = cell.params[f"W_{k}h"]
        np.testing.assert_allclose(W @ W.T, np.eye(8), atol=1e-12)
        assert np.abs(cell.params[f"W_{k}x"]).max() <= math.sqrt(6 / 12)
        assert (cell.params[f"b_{k}"] == (2.0 if k == "f" else 0.0)).all()


def test_a_trace_says_what_it_is_and_what_it_has():
    cell = make("gru before")
    trace = cell.forward(*draw(cell, 5, 2)[:2])
    assert repr(trace) == "<Trace GRU T=5 B=2 D=3 H=4: r z n h>"
    assert trace.kind == "GRU"
    np.testing.assert_array_equal(trace.before("h")[1:], trace.h[:-1])
    for ask in (lambda: trace["f"], lambda: trace.c, lambda: trace.before("z")):
        with pytest.raises(KeyError, match=r"got '[fcz]'"):
            ask()
