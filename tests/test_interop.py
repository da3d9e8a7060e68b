"""Weights to and from PyTorch."""

import importlib

import numpy as np
import pytest

from rnn_core import interop
from tests.cases import SHAPES, SOURCES, TORCH, draw, fixture, make, same, shape_id, snapshot

CASES = list(fixture("stored", "state_dicts"))
PYTORCH = ["rnn tanh", "rnn relu", "lstm", "gru after", "gru after b_nh"]  # what torch.nn can be


def activation(variant):
    return {"activation": "relu"} if "relu" in variant else {}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("source", SOURCES)
def test_a_state_dict_of_pytorch_gives_its_outputs(source, case):
    found = fixture(source, "state_dicts")[case]
    weights = {k.split()[1]: v for k, v in found.items() if k.startswith("weights ")}
    cell = interop.from_torch(weights, **activation(case))
    np.testing.assert_allclose(cell.forward(found["xs"]).h, found["h"], rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("shape", SHAPES, ids=shape_id)
@pytest.mark.parametrize("variant", PYTORCH)
def test_there_and_back_is_exact(variant, shape, dtype):
    T, B, D, size = shape
    cell = make(variant, D, size, dtype=dtype)
    again = interop.from_torch(interop.to_torch(cell), **activation(variant))
    xs, state, *_ = draw(cell, T, B)
    assert type(again) is type(cell)
    assert again.dtype == dtype
    for name, value in cell.params.items():
        np.testing.assert_array_equal(again.params[name], value)
    np.testing.assert_array_equal(again.forward(xs, state).h, cell.forward(xs, state).h)


@pytest.mark.parametrize("variant", PYTORCH)
def test_the_arrays_are_nobody_elses(variant):
    cell = make(variant)
    weights = interop.to_torch(cell)
    again = interop.from_torch(weights, **activation(variant))
    kept = [snapshot(cell.params), snapshot(again.params)]
    for value in weights.values():
        value[...] = 7
    assert same(cell.params, kept[0])
    assert same(again.params, kept[1])


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

    @pytest.mark.parametrize(
        "options",
        [{"bidirectional": True}, {"num_layers": 2}, {"proj_size": 2}],
        ids=lambda options: next(iter(options)),
    )
    def test_more_than_one_layer_in_one_direction_is_refused(options):
        torch = importlib.import_module("torch")
        with pytest.raises(ValueError, match=r"state_dict must have the names .*one layer"):
            interop.from_torch(torch.nn.LSTM(3, 4, **options).state_dict())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"weight_ih_l0_reverse": np.ones((8, 3))}, "one direction; got .*reverse"),
        ({"weight_ih_l1": np.ones((8, 3))}, "one layer in one direction; got .*weight_ih_l1"),
        ({"weight_hh_l0": np.ones((10, 2))}, "weight_hh_l0 must have shape .*got .10, 2"),
        ({"weight_hh_l0": np.ones(8)}, "weight_hh_l0 must have shape .*got .8,"),
        ({"weight_ih_l0": np.ones((6, 3))}, "weight_ih_l0 must have shape .8, D.; got .6, 3"),
        ({"bias_hh_l0": np.ones(7)}, "bias_hh_l0 must have shape .8,.; got .7,"),
        ({"bias_ih_l0": np.full(8, np.nan)}, "bias_ih_l0 must be finite; got nan"),
        ({"weight_hh_l0": np.ones((8, 2), np.float16)}, "weight_hh_l0 must be float64 or float32"),
    ],
)
def test_weights_that_are_no_single_layer_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        interop.from_torch(interop.to_torch(make("lstm", 3, 2)) | change)
