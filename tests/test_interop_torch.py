"""PyTorch's modules compute what `interop` makes of their state dicts, and load what it gives."""

import copy
import importlib

import numpy as np
import pytest

from rnn_core import interop
from rnn_core.layers import Bidirectional, Stacked
from tests.cases import SOURCES, TORCH, draw, fixture, make
from tests.interop_cases import TORCH_CASES, outputs

SINGLE = list(fixture("stored", "state_dicts"))
PYTORCH = ["rnn tanh", "rnn relu", "lstm", "gru after", "gru after b_nh"]  # what torch.nn can be
CLOSE = {"rtol": 1e-10, "atol": 1e-12}


def activation(variant):
    return {"activation": "relu"} if "relu" in variant else {}


def parts_of(found, name):
    """Return the arrays called `name` 0, 1, …"""
    return [found[f"{name} {at}"] for at in range(2) if f"{name} {at}" in found]


def named(found, start):
    """Return the arrays whose names begin with `start`, without it."""
    return {k.removeprefix(start): v for k, v in found.items() if k.startswith(start)}


@pytest.mark.parametrize("case", SINGLE)
@pytest.mark.parametrize("source", SOURCES)
def test_a_state_dict_of_one_layer_gives_its_outputs(source, case):
    found = fixture(source, "state_dicts")[case]
    cell = interop.from_torch(named(found, "weights "), **activation(case))
    np.testing.assert_allclose(cell.forward(found["xs"]).h, found["h"], rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("case", TORCH_CASES)
@pytest.mark.parametrize("source", SOURCES)
def test_several_layers_and_directions_give_outputs_and_final_states(source, case):
    found = outputs(source, "torch_layers")[case]
    layer = interop.from_torch(named(found, "weight "))
    trace = layer.forward(found["xs"], interop.unstack_states(layer, parts_of(found, "start")))
    np.testing.assert_allclose(trace.h, found["h"], **CLOSE)
    for end, want in zip(interop.stack_states(trace.end), parts_of(found, "end"), strict=True):
        np.testing.assert_allclose(end, want, **CLOSE)


@pytest.mark.parametrize("case", TORCH_CASES)
@pytest.mark.parametrize("source", SOURCES)
def test_several_layers_and_directions_give_gradients(source, case):
    found = outputs(source, "torch_layers")[case]
    layer = interop.from_torch(named(found, "weight "))
    start, dend = (interop.unstack_states(layer, parts_of(found, k)) for k in ("start", "dend"))
    grads = layer.backward(layer.forward(found["xs"], start), found["dh"], dend)
    np.testing.assert_allclose(grads.xs, found["grad xs"], **CLOSE)
    starts = zip(interop.stack_states(grads.state), parts_of(found, "grad start"), strict=True)
    for mine, want in starts:
        np.testing.assert_allclose(mine, want, **CLOSE)
    twin = copy.deepcopy(layer)  # the map of weights is that of gradients: order and signs
    for name, value in twin.params.items():
        value[...] = grads.params[name]
    mine = interop.to_torch(twin)
    for name, want in named(found, "grad weight ").items():
        rows = slice(None)
        if name.startswith("bias_hh"):  # has the gradient of bias_ih, but for n of a GRU
            rows = slice(2 * len(want) // 3, None) if "gru" in case else slice(0)
        np.testing.assert_allclose(mine[name][rows], want[rows], **CLOSE)


def test_names_say_what_stands_where():
    cells = [make("gru after b_nh", D, 4, seed=seed) for seed, D in enumerate((3, 3, 8, 8))]
    stack = Stacked([Bidirectional(*cells[:2]), Bidirectional(*cells[2:])])
    weights = interop.to_torch(stack)
    assert len(weights) == 16
    for cell, end in zip(cells, ("l0", "l0_reverse", "l1", "l1_reverse"), strict=True):
        np.testing.assert_array_equal(weights[f"weight_ih_{end}"][:4], cell.params["W_rx"])
        np.testing.assert_array_equal(weights[f"bias_hh_{end}"][8:], cell.params["b_nh"])
    again = interop.from_torch(weights)
    assert repr(again) == repr(stack)
    for name, value in stack.params.items():
        np.testing.assert_array_equal(again.params[name], value)


if TORCH:

    @pytest.mark.parametrize("variant", PYTORCH)
    def test_pytorch_loads_what_to_torch_gives(variant):
        torch = importlib.import_module("torch")
        kind = {"rnn": torch.nn.RNN, "lstm": torch.nn.LSTM, "gru": torch.nn.GRU}
        options = {"nonlinearity": "relu"} if "relu" in variant else {}
        module = kind[variant.split()[0]](3, 4, dtype=torch.float64, **options)
        cell = make(variant)
        weights = {k: torch.from_numpy(v) for k, v in interop.to_torch(cell).items()}
        module.load_state_dict(weights)
        xs, *_ = draw(cell, 5, 2)
        with torch.no_grad():
            hs = module(torch.from_numpy(xs))[0].numpy()
        np.testing.assert_allclose(cell.forward(xs).h, hs, rtol=1e-12, atol=1e-13)
        tensors = interop.from_torch(module.state_dict(), **activation(variant))
        np.testing.assert_array_equal(tensors.forward(xs).h, cell.forward(xs).h)

    def test_pytorch_computes_a_coupled_lstm_with_its_lstm():
        torch = importlib.import_module("torch")
        cell = make("lstm coupled")
        module = torch.nn.LSTM(3, 4, dtype=torch.float64)
        module.load_state_dict({k: torch.from_numpy(v) for k, v in interop.to_torch(cell).items()})
        xs, state, *_ = draw(cell, 30, 2)
        start = tuple(map(torch.from_numpy, interop.stack_states(state)))
        with torch.no_grad():
            hs, end = module(torch.from_numpy(xs), start)
        trace = cell.forward(xs, state)
        np.testing.assert_allclose(trace.h, hs.numpy(), rtol=0, atol=1e-14)
        np.testing.assert_allclose(trace.end.c, end[1][0].numpy(), rtol=0, atol=1e-14)

    @pytest.mark.parametrize("variant", ["rnn tanh", "lstm", "gru after b_nh"])
    def test_pytorch_loads_a_stack_that_reads_both_ways(variant):
        torch = importlib.import_module("torch")
        kind = {"rnn": torch.nn.RNN, "lstm": torch.nn.LSTM, "gru": torch.nn.GRU}
        cells = [make(variant, D, 4, seed=seed) for seed, D in enumerate((3, 3, 8, 8))]
        stack = Stacked([Bidirectional(*cells[:2]), Bidirectional(*cells[2:])])
        module = kind[variant.split()[0]](3, 4, 2, bidirectional=True, dtype=torch.float64)
        weights = {k: torch.from_numpy(v) for k, v in interop.to_torch(stack).items()}
        module.load_state_dict(weights)
        xs, *_ = draw(cells[0], 5, 2)
        with torch.no_grad():
            hs = module(torch.from_numpy(xs))[0].numpy()
        np.testing.assert_allclose(stack.forward(xs).h, hs, rtol=1e-12, atol=1e-13)

    def test_a_projection_is_refused():
        torch = importlib.import_module("torch")
        with pytest.raises(ValueError, match=r"state_dict must have the names .*weight_hr_l0"):
            interop.from_torch(torch.nn.LSTM(3, 4, proj_size=2).state_dict())


LSTM_DICT = interop.to_torch(make("lstm", 3, 2))
TWO = interop.to_torch(Stacked([make("lstm", 3, 2), make("lstm", 2, 2)]))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"weight_ih_l0_reverse": np.ones((8, 3))}, "and the same for every .*; got .*reverse"),
        ({"weight_ih_l1": np.ones((8, 3))}, "and the same for every layer .*; got .*weight_ih_l1"),
        ({"weight_hr_l0": np.ones((8, 3))}, "at least one layer .*; got .*weight_hr_l0"),
        ({"weight_hh_l0": np.ones((10, 2))}, "weight_hh_l0 must have shape .*got .10, 2"),
        ({"weight_hh_l0": np.ones(8)}, "weight_hh_l0 must have shape .*got .8,"),
        ({"weight_ih_l0": np.ones((6, 3))}, "weight_ih_l0 must have shape .8, D.; got .6, 3"),
        ({"bias_hh_l0": np.ones(7)}, "bias_hh_l0 must have shape .8,.; got .7,"),
        ({"bias_ih_l0": np.full(8, np.nan)}, "bias_ih_l0 must be finite; got nan"),
        ({"weight_hh_l0": np.ones((8, 2), np.float16)}, "weight_hh_l0 must be float64 or float32"),
        (TWO | {"weight_ih_l1": np.ones((8, 3))}, "weight_ih_l1 must have shape .8, 2.; got .8, 3"),
        (
            TWO | {"weight_hh_l1": np.ones((12, 3))},
            "weight_hh_l1 must have shape .8, 2., as .*12, 3",
        ),
    ],
)
def test_weights_that_are_no_module_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        interop.from_torch(LSTM_DICT | change)


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        ([make("lstm"), make("gru after", 4, 4)], "cells must be of one kind.*LSTM.*GRU"),
        ([make("lstm"), make("lstm", 4, 5)], "cells must be of one kind, hidden_size"),
        ([make("rnn tanh"), make("rnn relu", 4, 4)], "and variant .*tanh.*relu"),
        ([make("gru before"), make("gru before", 4, 4)], "must be a GRU with reset='after'"),
        (
            [Bidirectional(make("lstm"), make("lstm")), make("lstm", 8, 4)],
            "one direction or all in both for PyTorch; got Bidirectional, LSTM",
        ),
        ([Stacked([make("lstm")]), make("lstm", 4, 4)], "got Stacked: convert its layers"),
    ],
)
def test_a_stack_that_is_no_module_is_refused(layers, message):
    with pytest.raises(ValueError, match=message):
        interop.to_torch(Stacked(layers))
