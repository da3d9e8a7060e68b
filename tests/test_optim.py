"""Adam against PyTorch, clipping, and steps that must not be taken."""

import numpy as np
import pytest

from rnn_core.optim import Adam, clip_by_global_norm
from tests.cases import SOURCES, fixture, same, snapshot


@pytest.mark.parametrize("source", SOURCES)
def test_twenty_steps_of_adam_equal_pytorch(source):
    case = fixture(source, "adam")["adam"]
    adam, params = Adam(0.03, betas=(0.8, 0.95), epsilon=1e-6), {"w": case["start"].copy()}
    for grad, want in zip(case["grads"], case["path"], strict=True):
        adam.step(params, {"w": grad})
        np.testing.assert_allclose(params["w"], want, rtol=1e-12, atol=1e-14)


def test_the_first_step_is_the_learning_rate_whatever_the_gradient():
    for grad in (1e-3, -5.0, 1e6):
        params = {"w": np.zeros(1)}
        Adam(0.1).step(params, {"w": np.array([grad])})
        assert params["w"].item() == pytest.approx(-0.1 * np.sign(grad), rel=1e-4)


def test_the_learning_rate_may_follow_a_plan():
    seen, params = [], {"w": np.zeros(1)}
    adam = Adam(lambda step: seen.append(step) or 0.0)
    for _ in range(3):
        adam.step(params, {"w": np.ones(1)})
    assert seen == [0, 1, 2]
    assert params["w"].item() == 0


def test_adam_leaves_the_gradients_and_keeps_float32():
    params, grads = {"w": np.ones(2, np.float32)}, {"w": np.full(2, 3, np.float32)}
    Adam().step(params, grads)
    assert params["w"].dtype == np.float32
    assert (grads["w"] == 3).all()


@pytest.mark.parametrize(
    "grads",
    [
        {"a": np.ones(2), "b": np.array([1.0, np.nan, 1.0])},
        {"a": np.ones(2), "b": np.ones(1)},
        {"a": np.ones(2)},
    ],
    ids=["nan", "shape", "name missing"],
)
def test_a_bad_gradient_changes_nothing(grads):
    adam, params = Adam(), {"a": np.ones(2), "b": np.ones(3)}
    before = snapshot(params)
    with pytest.raises(ValueError, match="grads"):
        adam.step(params, grads)
    assert same(params, before)
    assert (adam.steps, adam.means, adam.squares) == (0, {}, {})


@pytest.mark.parametrize("scale", [1.0, 1e-200, 1e200])
def test_clipping_scales_all_gradients_together(scale):
    grads = {"a": np.array([3.0]) * scale, "b": np.array([[0.0, 4.0]]) * scale}
    assert clip_by_global_norm(grads, 2.5 * scale) == pytest.approx(5 * scale)
    np.testing.assert_allclose(grads["a"], [1.5 * scale])
    np.testing.assert_allclose(grads["b"], [[0, 2 * scale]])


def test_a_small_gradient_is_not_clipped():
    grads = {"a": np.array([0.3, 0.4])}
    assert clip_by_global_norm(grads, 1.0) == pytest.approx(0.5)
    assert grads["a"].tolist() == [0.3, 0.4]
