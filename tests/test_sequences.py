"""Padded batches, checkpoints in time, and the parallel scan: other ways to the same numbers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_core import gradcheck, padding, scan
from tests.cases import EVERY, draw, everything, make, same

variants = pytest.mark.parametrize("variant", EVERY)
LENGTHS = np.array([6, 3, 1, 0, 5])


@variants
def test_a_padded_batch_is_a_loop_of_sequences_of_their_own_length(variant):
    cell = make(variant)
    xs, state, dh, dend = draw(cell, 6, 5)
    trace = cell.forward(xs, state, lengths=LENGTHS)
    grads = cell.backward(trace, dh, dend)
    found = everything(trace, grads)
    params = {name: np.zeros_like(value) for name, value in cell.params.items()}
    for b, length in enumerate(LENGTHS):
        one = slice(b, b + 1)
        start, d_end = (type(state)(*(part[one] for part in s)) for s in (state, dend))
        if length == 0:
            assert all((e[one] == s).all() for e, s in zip(trace.end, start, strict=True))
            continue
        alone = cell.forward(xs[:length, one], start)
        direct = dh[:length, one].copy()
        if "h" in state._fields:
            direct[-1] += dh[length:, one].sum(axis=0)  # of the held h
        single = everything(alone, cell.backward(alone, direct, d_end))
        np.testing.assert_allclose(trace.h[:length, one], alone.h, atol=1e-13)
        held = trace.h[length - 1, b] if "h" in state._fields else 0
        assert (trace.h[length:, b] == held).all()
        np.testing.assert_allclose(grads.xs[:length, one], single["grad xs"], atol=1e-12)
        assert (grads.xs[length:, b] == 0).all()
        for name in found.keys() & {f"end.{k}" for k in state._fields}:
            np.testing.assert_allclose(found[name][one], single[name], atol=1e-13)
            grad = name.replace("end.", "grad state.")
            np.testing.assert_allclose(found[grad][one], single[grad], atol=1e-12)
        for name in params:
            params[name] += single[f"grad {name}"]
    for name, value in params.items():
        np.testing.assert_allclose(grads.params[name], value, rtol=1e-10, atol=1e-11, err_msg=name)


@variants
def test_what_stands_in_the_padding_does_not_matter(variant):
    cell = make(variant)
    xs, state, dh, dend = draw(cell, 6, 5)
    other = np.where(padding.mask_of(LENGTHS, 6)[..., None] == 1, xs, 1e3)
    passes = []
    for given_xs in (xs, other):
        trace = cell.forward(given_xs, state, lengths=LENGTHS)
        passes.append(everything(trace, cell.backward(trace, dh, dend)))
        gates = [trace[k] for k in trace.arrays if k not in (*state._fields, "h")]
        assert all((gate[padding.mask_of(LENGTHS, 6) == 0] == 0).all() for gate in gates)
    assert same(*passes)


@variants
@pytest.mark.parametrize(("checkpoint", "segment"), [(True, 3), (1, 1), (4, 4), (99, 9)])
@pytest.mark.parametrize("lengths", [None, [9, 4, 0]], ids=["full", "padded"])
def test_checkpoints_change_no_gradient(variant, checkpoint, segment, lengths):
    cell = make(variant)
    xs, state, dh, dend = draw(cell, 9, 3)
    whole = cell.forward(xs, state, lengths=lengths)
    cut = cell.forward(xs, state, lengths=lengths, checkpoint=checkpoint)
    assert list(cut.arrays) == ["h"]
    assert list(cut.checkpoints) == [*range(0, 9, segment), 9]
    grads = cell.backward(cut, dh, dend)
    expected = everything(whole, cell.backward(whole, dh, dend))
    for name, value in everything(cut, grads).items():
        np.testing.assert_allclose(value, expected[name], rtol=1e-11, atol=1e-13, err_msg=name)
    assert grads.h is None
    with pytest.raises(KeyError, match="a trace with checkpoints has the letters h"):
        cut["z"]


@variants
@given(sizes=st.tuples(*[st.integers(1, 9)] * 4), seed=st.integers(0, 99), checkpoint=st.booleans())
@settings(max_examples=8, deadline=None, derandomize=True)
def test_gradients_of_padded_batches_pass_the_check(variant, sizes, seed, checkpoint):
    T, B, D, size = sizes
    cell, rng = make(variant, D, size, seed=seed), np.random.default_rng(seed)
    xs, state, *_ = draw(cell, T, B, seed=seed)
    lengths = rng.integers(0, T + 1, B)
    errors = gradcheck(cell, xs, state, rng=rng, lengths=lengths, checkpoint=checkpoint)
    assert max(errors.values()) < 1e-6, errors


@pytest.mark.parametrize("variant", ["mingru", "lru"])
@given(sizes=st.tuples(st.integers(1, 40), *[st.integers(1, 9)] * 3))
@settings(max_examples=20, deadline=None, derandomize=True)
def test_the_scan_is_the_loop(variant, sizes):
    T, B, D, size = sizes
    cell = make(variant, D, size)
    xs, state, dh, dend = draw(cell, T, B)
    lengths = np.random.default_rng(0).integers(0, T + 1, B)
    for keep in (None, lengths):
        loop, at_once = cell.forward(xs, state, lengths=keep), cell.scan(xs, state, lengths=keep)
        assert loop.arrays.keys() == at_once.arrays.keys()
        expected = everything(loop, cell.backward(loop, dh, dend))
        for name, value in everything(at_once, cell.backward(at_once, dh, dend)).items():
            np.testing.assert_allclose(value, expected[name], rtol=1e-10, atol=1e-11, err_msg=name)


@given(
    shape=st.one_of(
        st.tuples(st.integers(1, 33)), st.tuples(st.integers(1, 33), st.integers(1, 4))
    ),
    dtype=st.sampled_from([np.float32, np.float64, np.complex64, np.complex128]),
)
@settings(max_examples=40, deadline=None, derandomize=True)
def test_both_scans_are_the_closed_form(shape, dtype):
    rng = np.random.default_rng(0)
    a = (0.3 + rng.random(shape)).astype(dtype)
    if np.issubdtype(dtype, np.complexfloating):
        a *= np.exp(1j * rng.random(shape)).astype(dtype)
    b, start = rng.normal(size=shape).astype(dtype), rng.normal(size=shape[1:]).astype(dtype)
    close = {"rtol": 1e-3, "atol": 1e-4} if dtype in (np.float32, np.complex64) else {"rtol": 1e-9}
    expected = [
        np.prod(a[: t + 1], axis=0) * start
        + sum(np.prod(a[k + 1 : t + 1], axis=0) * b[k] for k in range(t + 1))
        for t in range(len(b))
    ]
    for function in (scan.sequential, scan.parallel):
        found = function(a, b, start)
        assert found.dtype == dtype
        np.testing.assert_allclose(found, expected, **close)


@pytest.mark.parametrize("function", [scan.sequential, scan.parallel])
@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((["a"], [1.0], 0.0), TypeError, "a must be an array of numbers"),
        (
            (np.ones(3), np.ones(2), 0.0),
            ValueError,
            r"a must broadcast to shape \(2,\); got \(3,\)",
        ),
        ((1.0, np.ones((2, 3)), np.ones(2)), ValueError, "start must broadcast to shape"),
        ((1.0, np.ones((0, 3)), 0.0), ValueError, "b must have at least one step"),
    ],
)
def test_a_scan_refuses_what_does_not_fit(function, arguments, error, message):
    with pytest.raises(error, match=message):
        function(*arguments)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"lengths": [3, 2]}, r"lengths must have shape \(3,\); got \(2,\)"),
        ({"lengths": [3, 2, 8]}, "lengths must be whole numbers from 0 to 7; got 8"),
        ({"lengths": [3, 2, -1]}, "lengths must be whole numbers from 0 to 7; got -1"),
        ({"lengths": [3, 2, 1.5]}, "lengths must be whole numbers from 0 to 7; got 1.5"),
        ({"checkpoint": 0}, "checkpoint must be at least 1; got 0"),
        ({"checkpoint": 2.5}, "checkpoint must be a whole number; got 2.5"),
    ],
)
@pytest.mark.parametrize("variant", ["lstm", "lru"])
def test_wrong_lengths_and_checkpoints_are_refused(variant, options, message):
    cell = make(variant)
    with pytest.raises((ValueError, TypeError), match=message):
        cell.forward(draw(cell, 7, 3)[0], **options)
