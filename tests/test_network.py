"""Stacks and pairs of cells: against PyTorch, and against the cells they are made of."""

import numpy as np
import pytest

from rnn_core import GRU, HC, LSTM, H, gradcheck, heads, padding, store
from rnn_core.network import Bidirectional, Model, Stacked
from rnn_core.trace import leaves
from tests.cases import SOURCES, draw_state, fixture, make, same, snapshot

RNG = np.random.default_rng(0)


def pair(variant, D, size, seed=0):
    return Bidirectional(make(variant, D, size, seed=seed), make(variant, D, size, seed=seed + 1))


def deep(D=2):
    """Return two bidirectional layers with a single one on top, each of another kind."""
    return Stacked([pair("lstm", D, 3), pair("gru before", 6, 2), make("rnn tanh", 4, 5)])


def states(network, B):
    """Return a random state for a network."""
    if hasattr(network, "parts"):
        parts = [states(part, B) for part in network.parts.values()]
        whole = network.zero_state(B)
        return type(whole)(*parts) if hasattr(whole, "_fields") else tuple(parts)
    return draw_state(network, B, RNG)


@pytest.mark.parametrize("variant", ["lstm", "gru after b_nh", "rnn tanh"])
@pytest.mark.parametrize("source", SOURCES)
def test_two_bidirectional_layers_on_packed_sequences_equal_pytorch(source, variant):
    case = fixture(source, "packed", "make_torch_variants")[variant]
    network = Stacked([pair(variant, 2, 3), pair(variant, 6, 3)])
    for name, value in network.params.items():
        value[...] = case[name]
    lengths, mask = case["lengths"], padding.mask_of(case["lengths"], 5)[..., None]
    trace = network.forward(case["xs"], lengths=lengths)
    np.testing.assert_allclose(trace.h * mask, case["h"], atol=1e-10)
    ends, rows = {}, iter(range(4))
    for pair_end in trace.end:
        for end in pair_end:
            row = next(rows)
            for k, value in zip("hc", end, strict=False):
                np.testing.assert_allclose(value, case[f"end.{k}"][row], atol=1e-10)
            ends[row] = type(end)(*(case[f"dend.{k}"][row] for k in end._fields))
    dstate = ((ends[0], ends[1]), (ends[2], ends[3]))
    grads = network.backward(trace, case["dh"] * mask, dstate)
    np.testing.assert_allclose(grads.xs, case["grad xs"], atol=1e-10)
    for name, value in grads.params.items():
        np.testing.assert_allclose(value, case[f"grad {name}"], atol=1e-10, err_msg=name)


@pytest.mark.parametrize("lengths", [None, [6, 3, 0], [1, 2, 3]], ids=str)
@pytest.mark.parametrize("checkpoint", [False, True, 4])
def test_a_deep_network_passes_the_check(lengths, checkpoint):
    network = deep()
    xs = RNG.standard_normal((6, 3, 2))
    errors = gradcheck(
        network, xs, states(network, 3), rng=RNG, lengths=lengths, checkpoint=checkpoint
    )
    assert "0.backward.W_ix" in errors
    assert "state.1.forward.h" in errors
    assert max(errors.values()) < 1e-6, errors


def test_the_backward_half_is_the_forward_cell_on_each_reversed_sequence():
    both, lengths = pair("lstm", 3, 4), np.array([5, 2, 3])
    xs = RNG.standard_normal((5, 3, 3))
    trace = both.forward(xs, lengths=lengths)
    for b, length in enumerate(lengths):
        ahead, back = (part.forward(xs[:length, b : b + 1]) for part in both.parts.values())
        back = both.parts["backward"].forward(xs[:length, b : b + 1][::-1])
        joined = np.concatenate([ahead.h, back.h[::-1]], axis=-1)
        np.testing.assert_allclose(trace.h[:length, b : b + 1], joined, atol=1e-13)


def test_a_pair_on_the_reversed_input_is_the_swapped_pair_reversed():
    both, xs = pair("gru after", 3, 4), RNG.standard_normal((5, 2, 3))
    swapped = Bidirectional(*reversed(both.parts.values()))
    ahead, back = np.split(both.forward(xs).h, 2, axis=-1)
    other = swapped.forward(xs[::-1]).h[::-1]
    np.testing.assert_array_equal(other, np.concatenate([back, ahead], axis=-1))


def test_a_stack_is_one_layer_after_the_other_and_one_layer_is_itself():
    lower, upper = make("lstm", 3, 4), make("gru before", 4, 2)
    xs = RNG.standard_normal((5, 2, 3))
    trace = Stacked([lower, upper]).forward(xs)
    np.testing.assert_array_equal(trace.h, upper.forward(lower.forward(xs).h).h)
    np.testing.assert_array_equal(trace["0.f"], lower.forward(xs)["f"])
    np.testing.assert_array_equal(Stacked([lower]).forward(xs).h, lower.forward(xs).h)


def test_the_padding_changes_nothing_in_either_direction():
    network, xs, lengths = deep(), RNG.standard_normal((6, 3, 2)), [6, 3, 0]
    other = np.where(padding.mask_of(np.array(lengths), 6)[..., None] == 1, xs, -50.0)
    traces = [network.forward(given, lengths=lengths) for given in (xs, other)]
    assert same({"h": traces[0].h}, {"h": traces[1].h})
    assert same(leaves(traces[0].end), leaves(traces[1].end))


def test_float32_stays_float32_and_nothing_that_goes_in_is_changed():
    parts = [make("lstm", 2, 3, dtype=np.float32, seed=s) for s in (0, 1)]
    network = Stacked([Bidirectional(*parts), make("gru after", 6, 2, dtype=np.float32)])
    xs, dh = (RNG.standard_normal((4, 2, 2)).astype(np.float32) for _ in range(2))
    before, params = snapshot({"xs": xs, "dh": dh}), snapshot(network.params)
    trace = network.forward(xs)
    grads = network.backward(trace, dh)
    found = [*trace.arrays.values(), *grads.params.values(), grads.xs, grads.h]
    assert {a.dtype for a in [*found, *leaves(grads.state).values()]} == {np.dtype(np.float32)}
    assert same(before, {"xs": xs, "dh": dh})
    assert same(params, network.params)


@pytest.mark.parametrize("lengths", [None, [6, 3, 1]], ids=["full", "padded"])
def test_grads_h_of_a_pair_stand_beside_each_other_at_the_step_they_are_of(lengths):
    both, xs = pair("lstm", 2, 3), RNG.standard_normal((6, 3, 2))
    dh = RNG.standard_normal((6, 3, 6))
    dh *= padding.mask_of(np.array(lengths or [6, 6, 6]), 6)[..., None]
    trace = both.forward(xs, lengths=lengths)
    grads = both.backward(trace, dh)
    back = both.parts["backward"].backward(
        trace.parts["backward"], padding.reverse(dh[..., 3:], trace.lengths)
    )
    np.testing.assert_array_equal(grads.h[..., 3:], padding.reverse(back.h, trace.lengths))
    assert grads.c.shape == (6, 3, 6)


def test_a_model_of_a_deep_network_is_stored_and_loaded(tmp_path):
    model = Model(deep(), heads.Readout(5, 2, rng=RNG))
    store.save(model, tmp_path / "m")
    again, xs = store.load(tmp_path / "m"), RNG.standard_normal((4, 2, 2))
    assert repr(again) == repr(model)
    np.testing.assert_array_equal(again.forward(xs)[1], model.forward(xs)[1])


def test_a_model_passes_lengths_on():
    model, xs = Model(deep(), heads.Readout(5, 2, rng=RNG)), RNG.standard_normal((4, 2, 2))
    trace, scores = model.forward(xs, lengths=[4, 2])
    np.testing.assert_array_equal(trace.h, model.cell.forward(xs, lengths=[4, 2]).h)
    grads = model.backward(trace, np.ones_like(scores))
    assert grads.params.keys() == model.params.keys()


def test_the_state_before_a_step_is_asked_of_a_part():
    trace = STACK.forward(XS)
    with pytest.raises(KeyError, match="ask one of the parts, 0, 1, for its state before; got 'h'"):
        trace.before("h")
    assert trace.parts["0"].before("h").shape == (5, 2, 4)


def test_a_readout_checks_its_parameters():
    readout = heads.Readout(4, 1, rng=RNG)
    readout.params["b_y"] = np.zeros(5)
    for call in (
        lambda: readout.forward(np.ones((5, 2, 4))),
        lambda: readout.backward(np.ones((5, 2, 4)), np.ones((5, 2, 1))),
    ):
        with pytest.raises(ValueError, match=r"params\['b_y'\] must have shape \(1,\)"):
            call()


CELL = make("lstm", 3, 4)
SQUARE = make("lstm", 4, 4)
STACK = Stacked([make("lstm", 3, 4), make("gru after", 4, 2)])
XS = np.ones((5, 2, 3))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Stacked([]), "layers must have at least one layer; got none"),
        (lambda: Stacked([CELL, 3]), r"layers\[1\] must be of type Layer; got 3"),
        (lambda: Stacked(CELL), "layers must be of type Iterable"),
        (lambda: Stacked([make("lstm", 4, 4)] * 2), "one stands there twice"),
        (
            lambda: Stacked([CELL, make("lstm", 3, 4)]),
            r"layers\[1\] must have input_size 4, the hidden_size of layers\[0\]; got 3",
        ),
        (
            lambda: Stacked([CELL, GRU(4, 2, rng=RNG, dtype=np.float32)]),
            "the cells must have the same dtype; got 0: float64, 1: float32",
        ),
        (lambda: Stacked([Stacked([SQUARE]), Stacked([SQUARE])]), "one stands there twice"),
        (
            lambda: Model(CELL, heads.Readout(4, 1, rng=RNG, dtype=np.float32)),
            "readout must be in float64, as the cell; got float32",
        ),
        (lambda: LSTM(2, 3, rng=RNG, forget_bias=1e39, dtype="f4"), "forget_bias must fit in"),
        (lambda: Bidirectional(CELL, CELL), "backward_cell must be another object"),
        (lambda: Bidirectional(CELL, STACK), "backward_cell must be of type Cell"),
        (
            lambda: Bidirectional(CELL, LSTM(3, 5, rng=RNG)),
            "the cells must have the same hidden_size; got forward: 4, backward: 5",
        ),
        (lambda: STACK.forward(XS[0]), r"xs must have shape \(T, B, 3\); got \(2, 3\)"),
        (lambda: STACK.forward(XS, H(np.ones((2, 4)))), "state must be a tuple of 2 states"),
        (
            lambda: STACK.forward(XS, (H(np.ones((2, 4))), H(np.ones((2, 2))))),
            r"state must be HC\(h, c\)",
        ),
        (
            lambda: STACK.forward(XS, (HC(np.ones((2, 4)), np.ones((2, 4))), H(np.ones((2, 3))))),
            r"state.h must have shape \(2, 2\); got \(2, 3\)",
        ),
        (
            lambda: STACK.backward(CELL.forward(XS), XS),
            "trace must be one of Stacked with the parts",
        ),
        (
            lambda: STACK.backward(STACK.forward(XS), np.ones((5, 2, 3))),
            r"dh must have shape \(5, 2, 2\); got \(5, 2, 3\)",
        ),
        (lambda: CELL.backward(STACK.forward(XS), XS), "trace must be one of LSTM"),
        (lambda: gradcheck(make("lstm", 3, 4, dtype=np.float32), XS, rng=RNG), "in float64"),
    ],
)
def test_what_does_not_fit_together_is_refused(call, message):
    with pytest.raises((ValueError, TypeError), match=message):
        call()
