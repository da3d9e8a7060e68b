"""Readouts and losses against finite differences, PyTorch, masks and extreme scores."""

import importlib
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_core import heads
from rnn_core.gradcheck import directional_errors
from tests.cases import SOURCES, fixture

CASES = list(fixture("stored", "losses"))
LOSSES = {  # outputs, and a right answer for scores of that many outputs
    "mean_squared_error": (4, lambda rng: rng.standard_normal((3, 2, 4))),
    "softmax_cross_entropy": (4, lambda rng: rng.integers(4, size=(3, 2))),
    "logistic_cross_entropy": (1, lambda rng: rng.integers(2, size=(3, 2))),
}
MASK = np.array([[1, 0], [1, 1], [0, 1]])
losses = pytest.mark.parametrize("name", LOSSES)


def problem(name, seed=0):
    rng = np.random.default_rng(seed)
    outputs, truth = LOSSES[name]
    return rng.standard_normal((3, 2, outputs)), truth(rng), getattr(heads, name)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("source", SOURCES)
def test_losses_equal_pytorch(source, case):
    want = fixture(source, "losses")[case]
    loss, dscores = getattr(heads, case.split("/")[0])(
        want["scores"], want["targets"], want["mask"]
    )
    assert loss == pytest.approx(want["loss"].item(), rel=1e-12)
    np.testing.assert_allclose(dscores, want["dscores"], rtol=1e-10, atol=1e-14)


@losses
@pytest.mark.parametrize("mask", [None, MASK, MASK * 0.3])
def test_gradients_of_losses(name, mask):
    scores, truth, loss = problem(name)
    errors = directional_errors(
        lambda: loss(scores, truth, mask)[0],
        {"scores": scores},
        {"scores": loss(scores, truth, mask)[1]},
        rng=np.random.default_rng(1),
    )
    assert errors["scores"] < 1e-7


@given(
    shape=st.tuples(*[st.integers(1, 9)] * 3),
    name=st.sampled_from(list(LOSSES)),
    seed=st.integers(0, 99),
)
@settings(deadline=None, max_examples=60)
def test_gradients_of_losses_of_any_shape(shape, name, seed):
    rng, (T, B, K) = np.random.default_rng(seed), shape
    truth = {
        "mean_squared_error": rng.standard_normal((T, B, K)),
        "softmax_cross_entropy": rng.integers(K, size=(T, B)),
        "logistic_cross_entropy": rng.integers(2, size=(T, B)),
    }[name]
    K = 1 if name == "logistic_cross_entropy" else K
    scores, mask = 2 * rng.standard_normal((T, B, K)), rng.random((T, B)) < 0.7
    mask.flat[0] = True
    loss = getattr(heads, name)
    dscores = loss(scores, truth, mask)[1]
    errors = directional_errors(
        lambda: loss(scores, truth, mask)[0], {"scores": scores}, {"scores": dscores}, rng=rng
    )
    assert dscores.shape == scores.shape
    assert errors["scores"] < 1e-6


@losses
def test_a_masked_step_counts_nowhere(name):
    scores, truth, loss = problem(name)
    value, dscores = loss(scores, truth, MASK)
    assert (dscores[MASK == 0] == 0).all()
    assert np.abs(dscores[MASK == 1]).max() > 0
    scores[MASK == 0] = 1e3
    assert loss(scores, truth, MASK)[0] == value
    one = [loss(scores[t, b][None, None], truth[t, b][None, None])[0] for t, b in np.argwhere(MASK)]
    assert value == pytest.approx(np.mean(one), rel=1e-12)


@losses
def test_losses_leave_their_arguments_and_keep_float32(name):
    scores, truth, loss = problem(name)
    before = scores.tobytes(), truth.tobytes()
    loss(scores, truth, MASK)
    assert before == (scores.tobytes(), truth.tobytes())
    value, dscores = loss(scores.astype(np.float32), truth, MASK)
    assert dscores.dtype == np.float32
    assert isinstance(value, float)


@pytest.mark.parametrize("size", [1e2, 1e4, 1e30])
def test_extreme_scores_do_not_overflow(size):
    scores = np.array([[[size, -size, 0.0]]])
    for label, want in [(0, 0.0), (1, 2 * size), (2, size)]:
        loss, dscores = heads.softmax_cross_entropy(scores, [[label]])
        assert loss == pytest.approx(want, rel=1e-12, abs=1e-40)
        assert np.abs(dscores).max() <= 1
    for score, label, want in [(size, 1, math.exp(-size)), (size, 0, size), (-size, 1, size)]:
        loss, dscores = heads.logistic_cross_entropy([[[score]]], [[label]])
        assert loss == pytest.approx(want, rel=1e-12, abs=1e-60)
        assert np.abs(dscores).max() <= 1
    np.testing.assert_allclose(heads.softmax(scores), [[[1, 0, 0]]], atol=1e-40)


def test_softmax_and_its_logarithm():
    scores = np.random.default_rng(0).normal(0, 3, (4, 2, 5))
    p, log_p = heads.softmax(scores), heads.log_softmax(scores)
    np.testing.assert_allclose(p.sum(axis=-1), 1, rtol=1e-15)
    np.testing.assert_allclose(p, np.exp(scores) / np.exp(scores).sum(-1, keepdims=True))
    np.testing.assert_allclose(log_p, np.log(p), rtol=1e-12, atol=1e-14)
    np.testing.assert_array_equal(heads.log_softmax([[[1e30, 0.0]]]), [[[0.0, -1e30]]])
    for function in (heads.softmax, heads.log_softmax):
        assert function(scores.astype(np.float32)).dtype == np.float32
        assert function([[[1, 2]]]).dtype == np.float64
        for wrong in (scores[0], scores * np.nan, "abc", scores[:0]):
            with pytest.raises((TypeError, ValueError), match=r"^scores must "):
                function(wrong)


def test_losses_worked_by_hand():
    assert heads.mean_squared_error([[[1.0, 2.0]]], [[[0.0, 4.0]]])[0] == (1 + 4) / 2
    assert heads.softmax_cross_entropy([[[0.0, math.log(3)]]], [[1]])[0] == pytest.approx(
        -math.log(3 / 4)
    )
    loss, dscores = heads.logistic_cross_entropy([[[math.log(4)]]], [[0]])
    assert (loss, dscores.item()) == pytest.approx((-math.log(1 / 5), 4 / 5))


def torch_readouts(source):
    if source == "stored":
        return fixture("stored", "readout")
    return importlib.import_module("tests.fixtures.make_torch_heads").readout()


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("case", list(fixture("stored", "readout")))
def test_the_readout_equals_pytorch(source, case):
    want = torch_readouts(source)[case]
    K, H = want["W_yh"].shape
    readout = heads.Readout(H, K, rng=np.random.default_rng(0))
    for name in readout.params:
        readout.params[name][...] = want[name]
    np.testing.assert_allclose(readout.forward(want["hs"]), want["scores"], rtol=1e-10, atol=1e-14)
    params, dhs = readout.backward(want["hs"], want["dscores"])
    np.testing.assert_allclose(dhs, want["dhs"], rtol=1e-10, atol=1e-14)
    for name, value in params.items():
        np.testing.assert_allclose(value, want[f"grad {name}"], rtol=1e-10, atol=1e-14)


def test_the_readout_keeps_float32():
    rng = np.random.default_rng(0)
    readout, hs = heads.Readout(3, 2, rng=rng, dtype=np.float32), np.ones((4, 1, 3), np.float32)
    scores = readout.forward(hs)
    params, dhs = readout.backward(hs, scores)
    assert {value.dtype for value in (scores, dhs, *params.values())} == {np.dtype(np.float32)}


def test_gradients_of_the_readout():
    rng = np.random.default_rng(0)
    readout, hs = heads.Readout(3, 2, rng=rng), rng.standard_normal((4, 2, 3))
    weight = rng.standard_normal((4, 2, 2))
    params, dhs = readout.backward(hs, weight)
    errors = directional_errors(
        lambda: float((weight * readout.forward(hs)).sum()),
        readout.params | {"hs": hs},
        params | {"hs": dhs},
        rng=rng,
    )
    assert max(errors.values()) < 1e-7
