"""The gradient check passes right gradients, and catches every wrong one."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_core import Grads, gradcheck
from rnn_core.gradcheck import directional_errors
from tests.cases import EVERY, draw, make

TOLERANCE = 1e-6
PLACES = [
    (variant, name)
    for variant in EVERY
    for name in [
        *make(variant).params,
        "xs",
        *(f"state.{k}" for k in make(variant).state_type._fields),
    ]
]


@pytest.mark.parametrize("variant", EVERY)
@given(sizes=st.tuples(*[st.integers(1, 9)] * 4), seed=st.integers(0, 99))
@settings(max_examples=15, deadline=None, derandomize=True)
def test_every_cell_passes(variant, sizes, seed):
    T, B, D, size = sizes
    cell = make(variant, D, size, seed=seed)
    xs, state, *_ = draw(cell, T, B, seed=seed)
    errors = gradcheck(cell, xs, state, rng=np.random.default_rng(seed))
    assert errors.keys() == {name for v, name in PLACES if v == variant}
    assert max(errors.values()) < TOLERANCE, errors


def broken(grads, name, damage):
    """Return `grads` with one of its arrays damaged."""
    params, xs, state = dict(grads.params), grads.xs, grads.state
    if name == "xs":
        xs = damage(xs)
    elif name.startswith("state."):
        letter = name.removeprefix("state.")
        state = state._replace(**{letter: damage(getattr(state, letter))})
    else:
        params[name] = damage(params[name])
    return Grads(params, xs, state, grads.h, grads.c)


def drop_one_entry(grad):
    """Return `grad` without its largest entry."""
    return np.where(np.abs(grad) == np.abs(grad).max(), 0.0, grad)


@pytest.mark.parametrize(
    "damage",
    [lambda grad: grad * (1 + 1e-3), lambda grad: -grad, drop_one_entry],
    ids=["scaled by 1.001", "sign", "an entry dropped"],
)
@pytest.mark.parametrize(("variant", "name"), PLACES)
def test_a_broken_gradient_is_reported_where_it_is(variant, name, damage, monkeypatch):
    cell = make(variant)
    xs, state, *_ = draw(cell, 5, 2)
    right = type(cell).backward
    monkeypatch.setattr(
        type(cell), "backward", lambda self, *given: broken(right(self, *given), name, damage)
    )
    errors = gradcheck(cell, xs, state, rng=np.random.default_rng(0))
    assert errors.pop(name) > 1e-4
    assert max(errors.values()) < TOLERANCE


@pytest.mark.parametrize("variant", EVERY)
def test_a_backward_pass_over_what_forward_did_not_see_is_reported(variant, monkeypatch):
    cell = make(variant)
    xs, state, *_ = draw(cell, 5, 2)
    right = type(cell)._backward

    def bent(self, trace, *given):
        arrays = {letter: 0.99 * value for letter, value in trace.arrays.items()}
        return right(self, trace.replace(arrays=arrays), *given)

    monkeypatch.setattr(type(cell), "_backward", bent)
    errors = gradcheck(cell, xs, state, rng=np.random.default_rng(0))
    assert max(errors.values()) > 1e-4


def test_a_loss_that_is_nan_in_one_direction_is_not_passed():
    weights, calls = {"w": np.ones(3)}, iter(range(100))
    grads = {"w": np.full(3, 2.0)}

    def loss():
        return float("nan") if next(calls) > 3 else float((weights["w"] ** 2).sum())

    with pytest.raises(ValueError, match=r"loss must be finite; got nan"):
        directional_errors(loss, weights, grads, rng=np.random.default_rng(0))
    assert (weights["w"] == 1).all()


def test_the_arrays_are_as_before_when_the_loss_raises():
    weights = {"w": np.ones(3)}

    def loss():
        raise RuntimeError("no loss today")

    with pytest.raises(RuntimeError, match="no loss today"):
        directional_errors(loss, weights, {"w": np.ones(3)}, rng=np.random.default_rng(0))
    assert (weights["w"] == 1).all()


def test_the_cell_is_as_before_bit_for_bit():
    cell = make("lstm")
    xs, state, *_ = draw(cell, 4, 2)
    before = [value.tobytes() for value in [*cell.params.values(), xs, *state]]
    gradcheck(cell, xs, state, rng=np.random.default_rng(0))
    assert before == [value.tobytes() for value in [*cell.params.values(), xs, *state]]
