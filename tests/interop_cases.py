"""What the tests of `interop` and the scripts that make their fixtures share."""

from __future__ import annotations

import functools
import importlib
import importlib.util
import os
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file, save_file

KERAS_CASES = {  # case: layer of Keras, its options, those of `from_keras`
    "rnn tanh": ("SimpleRNN", {"activation": "tanh"}, {"kind": "RNN"}),
    "rnn logistic": (
        "SimpleRNN",
        {"activation": "sigmoid"},
        {"kind": "RNN", "activation": "logistic"},
    ),
    "rnn relu": ("SimpleRNN", {"activation": "relu"}, {"kind": "RNN", "activation": "relu"}),
    "rnn identity": (
        "SimpleRNN",
        {"activation": "linear"},
        {"kind": "RNN", "activation": "identity"},
    ),
    "lstm": ("LSTM", {}, {"kind": "LSTM"}),
    "gru after": ("GRU", {"reset_after": True}, {"kind": "GRU"}),
    "gru before": ("GRU", {"reset_after": False}, {"kind": "GRU", "reset": "before"}),
}
ONNX_CASES = {  # case: op_type, attributes, whether it has peepholes
    "rnn tanh": ("RNN", {"activations": ["Tanh"]}, False),
    "rnn logistic": ("RNN", {"activations": ["Sigmoid"]}, False),
    "rnn relu": ("RNN", {"activations": ["Relu"]}, False),
    "rnn identity": (
        "RNN",
        {"activations": ["Affine"], "activation_alpha": [1.0], "activation_beta": [0.0]},
        False,
    ),
    "lstm": ("LSTM", {}, False),
    "lstm peephole": ("LSTM", {}, True),
    "lstm coupled": ("LSTM", {"input_forget": 1}, False),
    "gru after": ("GRU", {"linear_before_reset": 1}, False),
    "gru before": ("GRU", {"linear_before_reset": 0}, False),
}
TORCH_CASES = {  # case: module, its options
    "rnn stacked": ("RNN", {"num_layers": 2}),
    "lstm stacked": ("LSTM", {"num_layers": 3, "bias": False}),
    "lstm both ways": ("LSTM", {"bidirectional": True}),
    "gru stacked both ways": ("GRU", {"num_layers": 2, "bidirectional": True}),
}


def present(*packages):
    """Say whether packages are installed, or must be because of REQUIRE_PEERS=1."""
    found = all(map(importlib.util.find_spec, packages))
    return found or os.environ.get("REQUIRE_PEERS") == "1"


KERAS, ONNX = present("keras", "torch"), present("onnx", "onnxruntime")
FIXTURES = Path(__file__).parent / "fixtures"


def sources(here):
    """Return where to take what a peer computed from: the stored file, and itself if it is here."""
    return ["stored", "live"] if here else ["stored"]


@functools.cache
def outputs(source, file):
    """Return what a peer computed: a dict of cases, each a dict of arrays."""
    if source == "live":
        return importlib.import_module(f"tests.fixtures.make_{file}").cases()
    found = {}
    path = FIXTURES / f"{file}.safetensors"
    for name, value in load_file(path).items():
        case, array = name.rsplit("/", 1)
        found.setdefault(case, {})[array] = value
    return found


def save(file, cases):
    """Write what a peer computed beside the script that made it."""
    flat = {
        f"{case}/{name}": np.ascontiguousarray(value)
        for case, arrays in cases.items()
        for name, value in arrays.items()
    }
    save_file(flat, FIXTURES / f"{file}.safetensors")
