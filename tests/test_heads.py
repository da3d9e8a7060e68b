"""Readouts and losses against finite differences, PyTorch, masks and extreme scores."""

import math

import numpy as np
import pytest

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


def test_losses_worked_by_hand():
    assert heads.mean_squared_error([[[1.0, 2.0]]], [[[0.0, 4.0]]])[0] == (1 + 4) / 2
    assert heads.softmax_cross_entropy([[[0.0, math.log(3)]]], [[1]])[0] == pytest.approx(
        -math.log(3 / 4)
    )
    loss, dscores = heads.logistic_cross_entropy([[[math.log(4)]]], [[0]])
    assert (loss, dscores.item()) == pytest.approx((-math.log(1 / 5), 4 / 5))


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
