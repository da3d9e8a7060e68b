"""Let PyTorch, Keras and onnxruntime compute what the page on frameworks compares with.

    python book/_experiments/frameworks.py

needs requirements/peers.txt and writes frameworks.safetensors beside itself. The page reads that
file, so a reader needs none of the three. It holds, for a new RNN, LSTM and GRU of PyTorch and of
Keras, the weights that the framework drew and the hidden states it computed from `xs`; what
onnxruntime computed from PyTorch's weights; and the losses of PyTorch's training, continued from a
model that rnn_core had trained for a while: with both bias vectors trained, and with one.

All is float64 but for onnxruntime, which has these operators in float32 only, and for Keras'
SimpleRNN, which multiplies in float32 on the PyTorch backend whatever its dtype is
(https://github.com/keras-team/keras/issues/23704).
"""

from __future__ import annotations

import os
from pathlib import Path

os.environ["KERAS_BACKEND"] = "torch"  # read when keras is imported

import keras
import numpy as np
import onnxruntime
import torch
from onnx import helper, numpy_helper
from safetensors.numpy import save_file

from rnn_core import LSTM, heads, interop, optim, tasks
from rnn_core.network import Model
from rnn_core.train import train

FILE = Path(__file__).with_suffix(".safetensors")
T, B, D, H = 12, 3, 4, 12
KINDS = {"RNN": "SimpleRNN", "LSTM": "LSTM", "GRU": "GRU"}  # and what Keras calls them
OPSET, IR_VERSION = 22, 10  # the newest that onnxruntime 1.32.0 runs, and its file format
RATE, BEFORE, AFTER = 0.05, 100, 20  # SGD's learning rate in PyTorch; batches before and after
Arrays = dict[str, np.ndarray]


def pytorch(kind: str, xs: np.ndarray) -> Arrays:
    """Return the weights of a new module, by name, and its hidden states `h`."""
    torch.manual_seed(0)
    module = getattr(torch.nn, kind)(D, H, dtype=torch.float64)
    with torch.no_grad():
        h = module(torch.from_numpy(xs))[0]
    return {name: value.numpy() for name, value in module.state_dict().items()} | {"h": h.numpy()}


def in_keras(kind: str, xs: np.ndarray) -> Arrays:
    """Return the weights of a new layer, by number, and its hidden states `h`, batch first."""
    keras.utils.set_random_seed(0)
    layer = getattr(keras.layers, KINDS[kind])(H, return_sequences=True, dtype="float64")
    h = layer(torch.from_numpy(interop.batch_major(xs)))
    weights = {str(at): w.value.detach().numpy() for at, w in enumerate(layer.weights)}
    return weights | {"h": h.detach().numpy()}


def onnx(state_dict: Arrays, xs: np.ndarray) -> Arrays:
    """Return what onnxruntime computes from PyTorch's weights, as its output Y."""
    single = {name: value.astype(np.float32) for name, value in state_dict.items()}
    operator = interop.to_onnx(interop.from_torch(single))
    node = helper.make_node(operator["op_type"], ["X", *"WRB"], ["Y"], **operator["attributes"])
    kind = helper.np_dtype_to_tensor_dtype(np.dtype(np.float32))
    graph = helper.make_graph(
        [node],
        "one_operator",
        [helper.make_tensor_value_info("X", kind, xs.shape)],
        [helper.make_tensor_value_info("Y", kind, (T, 1, B, H))],
        [numpy_helper.from_array(operator[name], name) for name in "WRB"],
    )
    opset = helper.make_opsetid("", OPSET)
    model = helper.make_model(graph, opset_imports=[opset], ir_version=IR_VERSION)
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    return {"Y": session.run(None, {"X": xs.astype(np.float32)})[0]}


def started() -> tuple[Model, list[tuple[np.ndarray, ...]]]:
    """Return a model that rnn_core has trained for a while, and the batches that come next."""
    rng = np.random.default_rng(0)
    model = Model(LSTM(2, 16, rng=rng), heads.Readout(16, 1, rng=rng))
    batches = [tasks.adding(20, 32, rng=rng) for _ in range(BEFORE + AFTER)]
    optimizer = optim.Adam(0.01)
    train(model, batches[:BEFORE], heads.mean_squared_error, optimizer, progress=False)
    return model, batches[BEFORE:]


def continued(one_bias: bool) -> np.ndarray:
    """Return the losses as PyTorch goes on with SGD, with `bias_hh_l0` trained or left alone."""
    model, batches = started()
    lstm = torch.nn.LSTM(2, 16, dtype=torch.float64)
    linear = torch.nn.Linear(16, 1, dtype=torch.float64)
    given = {name: torch.from_numpy(v) for name, v in interop.to_torch(model.cell).items()}
    lstm.load_state_dict(given)
    readout = {name: torch.from_numpy(v.copy()) for name, v in model.readout.params.items()}
    linear.load_state_dict({"weight": readout["W_yh"], "bias": readout["b_y"]})
    lstm.bias_hh_l0.requires_grad_(not one_bias)
    trained = [p for p in (*lstm.parameters(), *linear.parameters()) if p.requires_grad]
    sgd, losses = torch.optim.SGD(trained, lr=RATE), []
    for xs, ys, _ in batches:
        hs, _ = lstm(torch.from_numpy(xs))
        loss = ((linear(hs[-1]) - torch.from_numpy(ys[-1])) ** 2).mean()
        sgd.zero_grad()
        loss.backward()
        sgd.step()
        losses.append(loss.item())
    return np.array(losses)


def compute() -> Arrays:
    """Return every array of the file."""
    xs = np.random.default_rng(0).normal(size=(T, B, D))
    found = {"xs": xs}
    for kind in KINDS:
        theirs = pytorch(kind, xs)
        weights = {name: value for name, value in theirs.items() if name != "h"}
        parts = {"PyTorch": theirs, "Keras": in_keras(kind, xs), "ONNX": onnx(weights, xs)}
        for framework, arrays in parts.items():
            found |= {f"{framework} {kind}/{name}": value for name, value in arrays.items()}
    found |= {"losses two biases": continued(False), "losses one bias": continued(True)}
    return {name: np.ascontiguousarray(value) for name, value in found.items()}


if __name__ == "__main__":
    save_file(compute(), FILE)
