"""Steps against PyTorch, clipping, plans of the learning rate, and steps that must not be taken."""

import math

import numpy as np
import pytest

from rnn_core import schedules
from rnn_core.optim import SGD, Adam, RMSProp, clip_by_global_norm, clip_by_value, global_norm
from tests.cases import SOURCES, fixture, same, snapshot

MAKERS = {
    "sgd": lambda: SGD(0.03),
    "momentum": lambda: SGD(0.03, momentum=0.8),
    "nesterov": lambda: SGD(0.03, momentum=0.8, nesterov=True),
    "rmsprop": lambda: RMSProp(0.03, decay=0.95, epsilon=1e-6),
    "adam": lambda: Adam(0.03, betas=(0.8, 0.95), epsilon=1e-6),
}


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("name", MAKERS)
def test_twenty_steps_equal_pytorch(name, source):
    case = fixture(source, "optimisers")[name]
    optimizer, params = MAKERS[name](), {"w": case["start"].copy()}
    assert len(case["path"]) == 20
    for grad, want in zip(case["grads"], case["path"], strict=True):
        optimizer.step(params, {"w": grad})
        np.testing.assert_allclose(params["w"], want, rtol=1e-12, atol=1e-14)


def gradients(steps, seed=0):
    rng = np.random.default_rng(seed)
    for _ in range(steps):
        yield {"W_hx": rng.standard_normal((3, 2)), "cell.b": rng.standard_normal(3)}


def walk(optimizer, params, grads):
    for grad in grads:
        optimizer.step(params, grad)
    return params


@pytest.mark.parametrize("name", MAKERS)
def test_a_state_taken_on_by_another_gives_the_same_steps(name):
    grads = list(gradients(9))
    whole = walk(MAKERS[name](), {"W_hx": np.ones((3, 2)), "cell.b": np.ones(3)}, grads)
    first, second = MAKERS[name](), MAKERS[name]()
    params = walk(first, {"W_hx": np.ones((3, 2)), "cell.b": np.ones(3)}, grads[:4])
    state = first.state_dict()
    kept = snapshot({key: value for key, value in state.items() if key != "steps"})
    second.load_state(state)
    assert same(walk(second, params, grads[4:]), whole)
    assert state.pop("steps") == 4
    assert same(state, kept)  # copied out, and copied in
    assert all(type(value) is np.ndarray for value in state.values())


STATES = {
    "state must be of type dict; got 3": 3,
    "state['steps'] must be a whole number; got None": {},
    "state['steps'] must be from 0": {"steps": -1},
    "state must have names of ('means', 'squares'); got 'speeds.w'": {
        "steps": 1,
        "speeds.w": np.ones(2),
    },
    "state must have names of ('means', 'squares'); got 'means'": {"steps": 1, "means": np.ones(2)},
    "state must have each of ('means', 'squares'); got ['means.w']": {
        "steps": 1,
        "means.w": np.ones(2),
    },
    "state['means.w'] must be of type ndarray; got [1]": {"steps": 1, "means.w": [1]},
    "state['squares.w'] must be finite; got nan": {
        "steps": 1,
        "means.w": np.ones(1),
        "squares.w": np.array([np.nan]),
    },
}


@pytest.mark.parametrize(("message", "state"), STATES.items(), ids=STATES)
def test_a_state_of_something_else_changes_nothing(message, state):
    adam = Adam()
    adam.step({"w": np.ones(2)}, {"w": np.ones(2)})
    steps, means = adam.steps, adam.means["w"].copy()
    with pytest.raises((TypeError, ValueError)) as caught:
        adam.load_state(state)
    assert message in str(caught.value)
    assert adam.steps == steps
    np.testing.assert_array_equal(adam.means["w"], means)


def test_an_optimiser_says_its_settings_the_same_way_each_time():
    assert repr(SGD(0.1, momentum=0.9)) == "SGD(learning_rate=0.1, momentum=0.9, nesterov=False)"
    assert repr(RMSProp()) == "RMSProp(learning_rate=0.001, decay=0.9, epsilon=1e-08)"
    planned = [Adam(schedules.step_decay(0.1, 0.5, 10)) for _ in range(2)]
    assert repr(planned[0]) == repr(planned[1])
    assert "step_decay" in repr(planned[0])


def test_sgd_without_momentum_is_a_straight_line_downhill():
    params = walk(SGD(0.5), {"w": np.zeros(2)}, [{"w": np.array([1.0, -2.0])}] * 3)
    assert params["w"].tolist() == [-1.5, 3]


def test_momentum_reaches_the_speed_that_its_sum_allows():
    sgd, params = SGD(0.1, momentum=0.9), {"w": np.zeros(1)}
    walk(sgd, params, [{"w": np.ones(1)}] * 200)
    assert sgd.velocities["w"].item() == pytest.approx(1 / (1 - 0.9))


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


def test_a_plan_that_goes_below_zero_is_refused_before_anything_is_changed():
    adam, params = Adam(lambda step: 0.5 - step), {"w": np.zeros(1)}
    walk(adam, params, [{"w": np.ones(1)}])
    before, kept = snapshot(params), adam.means["w"].copy()
    with pytest.raises(ValueError, match=r"learning_rate must be at least 0; got -0.5 at step 1"):
        adam.step(params, {"w": np.ones(1)})
    assert same(params, before)
    assert (adam.steps, adam.means["w"]) == (1, kept)


NUMBERS = {
    "sgd": lambda f: SGD(f(0.01), momentum=f(0.9)),
    "rmsprop": lambda f: RMSProp(f(0.01), decay=f(0.9), epsilon=f(1e-8)),
    "adam": lambda f: Adam(f(0.01), betas=(f(0.9), f(0.999)), epsilon=f(1e-8)),
    "betas": lambda f: Adam(0.01, betas=(f(0.9), f(0.999))),
    "plan": lambda f: Adam(lambda step: f(0.01)),
}


@pytest.mark.parametrize("name", NUMBERS)
def test_numbers_of_numpy_give_float32_parameters_the_same_steps_as_those_of_python(name):
    rng = np.random.default_rng(0)
    grads = [{"w": rng.standard_normal(50).astype(np.float32)} for _ in range(30)]
    plain, numpy = (
        walk(NUMBERS[name](kind), {"w": np.zeros(50, np.float32)}, grads)
        for kind in (float, np.float64)
    )
    assert same(plain, numpy)


@pytest.mark.parametrize("name", MAKERS)
def test_a_step_leaves_the_gradients_and_keeps_float32(name):
    params, grads = {"w": np.ones(2, np.float32)}, {"w": np.full(2, 3, np.float32)}
    optimizer, array = MAKERS[name](), params["w"]
    walk(optimizer, params, [grads, grads])
    assert params["w"] is array
    assert params["w"].dtype == np.float32
    assert (grads["w"] == 3).all()
    memory = [value for value in optimizer.state_dict().values() if isinstance(value, np.ndarray)]
    assert {value.dtype for value in memory} == {np.dtype(np.float32)}


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
    assert global_norm(grads) == pytest.approx(0.5)


def test_clipping_by_value_bounds_each_entry_and_turns_the_gradient():
    grads = {"a": np.array([3.0, 0.1]), "b": np.array([[-0.5, -7.0]], np.float32)}
    clip_by_value(grads, 0.5)
    assert grads["a"].tolist() == [0.5, 0.1]
    assert grads["b"].tolist() == [[-0.5, -0.5]]
    assert grads["b"].dtype == np.float32


def test_a_gradient_that_is_not_finite_is_clipped_nowhere():
    grads = {"a": np.array([3.0]), "b": np.array([np.inf])}
    for clip in (clip_by_value, clip_by_global_norm):
        with pytest.raises(ValueError, match=r"grads\['b'\] must be finite"):
            clip(grads, 1.0)
        assert grads["a"].item() == 3


def test_decays_multiply_by_the_factor_every_so_many_steps():
    smooth, stairs = (
        plan(0.2, 0.1, every=10) for plan in (schedules.exponential_decay, schedules.step_decay)
    )
    for step, want in ((0, 0.2), (10, 0.02), (30, 0.0002)):
        assert smooth(step) == pytest.approx(want)
        assert stairs(step) == pytest.approx(want)
    assert smooth(5) == pytest.approx(0.2 / math.sqrt(10))
    assert [stairs(step) for step in range(10)] == [0.2] * 10


def test_warmup_rises_in_a_line_and_the_cosine_falls_to_the_end():
    rate = schedules.warmup_cosine(0.4, steps=24, warmup=4, end=0.1)
    assert [rate(step) for step in range(5)] == pytest.approx([0.1, 0.2, 0.3, 0.4, 0.4])
    assert rate(14) == pytest.approx(0.25)  # half way down
    assert rate(9) == pytest.approx(0.1 + 0.3 * (1 + math.sqrt(0.5)) / 2)
    assert rate(24) == rate(1000) == pytest.approx(0.1)
    falling = [rate(step) for step in range(4, 25)]
    assert falling == sorted(falling, reverse=True)
    assert schedules.warmup_cosine(0.4, steps=10)(0) == 0.4


CALLS = {
    "momentum must be from 0 to below 1; got 1": lambda: SGD(0.1, momentum=1),
    "nesterov must be False where momentum is 0": lambda: SGD(0.1, nesterov=True),
    "nesterov must be of type bool; got 1": lambda: SGD(0.1, momentum=0.9, nesterov=1),
    "decay must be a number; got '0.9'": lambda: RMSProp(0.1, decay="0.9"),
    "epsilon must be above 0; got 0": lambda: RMSProp(0.1, epsilon=0),
    "learning_rate must be above 0; got 0": lambda: SGD(0),
    "limit must be above 0; got 0": lambda: clip_by_value({}, 0),
    "start must be above 0; got 0": lambda: schedules.step_decay(0, 0.5, 10),
    "factor must be finite; got nan": lambda: schedules.exponential_decay(1, float("nan")),
    "every must be at least 1; got 0": lambda: schedules.exponential_decay(1, 0.5, 0),
    "steps must be a whole number; got 9.5": lambda: schedules.warmup_cosine(1, 9.5),
    "warmup must be from 0 to 9; got 10": lambda: schedules.warmup_cosine(1, 10, warmup=10),
    "end must be from 0 to peak, 1.0; got 2": lambda: schedules.warmup_cosine(1, 10, end=2),
}


@pytest.mark.parametrize(("message", "call"), CALLS.items(), ids=CALLS)
def test_a_wrong_call_is_refused_by_name(message, call):
    with pytest.raises((ValueError, TypeError)) as caught:
        call()
    assert message in str(caught.value)
