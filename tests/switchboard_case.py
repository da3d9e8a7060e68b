"""The weights of one convention fitted to the layout of another and nothing else, and peers."""

from __future__ import annotations

import importlib

import numpy as np

from rnn_core import GRU, LSTM, interop
from rnn_core.widgets import ConventionSwitchboard
from rnn_core.widgets.switchboard import data
from rnn_core.widgets.switchboard.reading import rows_of

ROWS = {kind: rows_of(kind) for kind in ("GRU", "LSTM")}
PAIRS = [(kind, written, read) for kind, rows in ROWS.items() for written in rows for read in rows]


def stored(cell, row):
    """Return the two matrices (G·H, ·) and the two biases (G·H,) as a convention orders them."""
    zero = np.zeros(len(row.gates) * cell.hidden_size)
    if row.framework == "PyTorch":
        return [*interop.to_torch(cell).values()]
    if row.framework == "Keras":
        kernel, recurrent, bias = interop.to_keras(cell)
        return [kernel.T, recurrent.T, *(bias if bias.ndim == 2 else (bias, zero))]
    if row.framework == "ONNX":
        operator = interop.to_onnx(cell)
        return [operator["W"][0], operator["R"][0], *np.split(operator["B"][0], 2)]
    sign = signs(row)
    stacks = [
        [sign[k] * cell.params[name.format(k)] for k in row.gates]
        for name in ("W_{}x", "W_{}h", "b_{}")
    ]
    return [*map(np.concatenate, stacks), zero]


def signs(row):
    """Return by gate the sign that blocks change where z weighs the old state."""
    return {k: -1 if k == "z" and row.z_weighs == "old" else 1 for k in row.gates}


def fitted(arrays, row):
    """Return such matrices and biases in the layout of a convention, their blocks as they came."""
    W, U, b, second = arrays
    if row.framework == "PyTorch":
        names = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")
        return dict(zip(names, arrays, strict=True))
    if row.framework == "Keras":
        return [W.T, U.T, b + second if row.biases == 1 else np.stack([b, second])]
    attributes = {"hidden_size": U.shape[1]}
    if row.cell == "GRU":
        attributes["linear_before_reset"] = int(row.reset == "after")
    biases = np.concatenate([b, second])[None]
    return {"op_type": row.cell, "attributes": attributes, "W": W[None], "R": U[None], "B": biases}


def read_here(arrays, row, xs):
    """Return h (T, H) of the cell of rnn_core that `interop` makes of fitted arrays."""
    if row.framework in ("rnn_core", "Cho et al. 2014"):
        cell = by_name(arrays, row)
    elif row.framework == "PyTorch":
        cell = interop.from_torch(fitted(arrays, row))
    elif row.framework == "Keras":
        options = {"reset": row.reset} if row.reset else {}
        cell = interop.from_keras(fitted(arrays, row), kind=row.cell, **options)
    else:
        cell = interop.from_onnx(fitted(arrays, row))
    return cell.forward(xs[:, None]).h[:, 0]


def by_name(arrays, row):
    """Return a cell of rnn_core that takes blocks in the order of its letters."""
    W, U, b, second = arrays
    size, rng = (W.shape[1], U.shape[1]), np.random.default_rng(0)
    if row.cell == "LSTM":
        cell, b = LSTM(*size, rng=rng), b + second
    else:
        cell = GRU(*size, rng=rng, reset=row.reset, recurrent_bias=row.reset == "after")
    for name, stack in (("W_{}x", W), ("W_{}h", U), ("b_{}", b)):
        for k, block in zip(row.gates, np.split(stack, len(row.gates)), strict=True):
            cell.params[name.format(k)][...] = signs(row)[k] * block
    if row.cell == "GRU":
        apart = np.split(second, 3)
        for k, block in zip("rz", apart, strict=False):
            cell.params[f"b_{k}"] += signs(row)[k] * block
        cell.params["b_nh" if row.reset == "after" else "b_n"] += apart[2]
    return cell


def read_there(weights, row, xs):
    """Return h (T, H) as PyTorch, Keras or onnxruntime computes it from weights of its own."""
    return {"PyTorch": _torch, "Keras": _keras, "ONNX": _onnx}[row.framework](weights, row, xs)


def _torch(weights, row, xs):
    torch = importlib.import_module("torch")
    H = weights["weight_hh_l0"].shape[1]
    module = getattr(torch.nn, row.cell)(xs.shape[1], H, dtype=torch.float64)
    tensors = {k: torch.from_numpy(np.ascontiguousarray(v)) for k, v in weights.items()}
    module.load_state_dict(tensors)
    return module(torch.from_numpy(xs[:, None]))[0].detach().numpy()[:, 0]


def _keras(weights, row, xs):
    script = importlib.import_module("tests.fixtures.make_keras_cells")
    H = weights[1].shape[0]
    case = f"gru {row.reset}" if row.reset else "lstm"
    start = [np.zeros((1, H))] * (2 if row.cell == "LSTM" else 1)
    hs, _ = script.forward(script.layer_of(case, H), weights, xs[None], start)
    return hs.detach().numpy()[0]


def _onnx(weights, row, xs):
    script = importlib.import_module("tests.fixtures.make_onnx_cells")
    single = {k: v.astype(np.float32) if k in ("W", "R", "B") else v for k, v in weights.items()}
    H = weights["R"].shape[2]
    start = [np.zeros((1, 1, H), np.float32)] * (2 if row.cell == "LSTM" else 1)
    Y, *_ = script.run(single, xs[:, None].astype(np.float32), start)
    return Y[:, 0, 0]


def converted(cell, row):
    """Return a cell's weights as `interop` converts them."""
    to = {"PyTorch": interop.to_torch, "Keras": interop.to_keras, "ONNX": interop.to_onnx}
    return to[row.framework](cell)


RUNS = {kind: data.runs(kind, 0, None) for kind in ROWS}
FIGURES = {kind: ConventionSwitchboard(kind) for kind in ROWS}


def pair_of(kind, written, read, figure=None):
    """Return what a figure holds of a pair."""
    found = (figure or FIGURES[kind]).data
    names = found["rows"]
    return found["pairs"][names.index(written) * len(names) + names.index(read)]
