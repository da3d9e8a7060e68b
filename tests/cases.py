"""What several tests share: every variant of every cell, shapes, and random inputs."""

from __future__ import annotations

import functools
import importlib
import importlib.util
import os
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file

from rnn_core import GRU, LSTM, RNN
from rnn_core.variants import LRU, LSTM1997, CoupledLSTM, MinGRU, OutlineLSTM, PeepholeLSTM

VARIANTS = {
    "rnn tanh": (RNN, {}),
    "rnn logistic": (RNN, {"activation": "logistic"}),
    "rnn relu": (RNN, {"activation": "relu"}),
    "lstm": (LSTM, {}),
    "gru after": (GRU, {"reset": "after"}),
    "gru after b_nh": (GRU, {"reset": "after", "recurrent_bias": True}),
    "gru before": (GRU, {"reset": "before"}),
}
MORE = {
    "rnn identity": (RNN, {"activation": "identity"}),
    "lstm 1997": (LSTM1997, {}),
    "lstm coupled": (CoupledLSTM, {}),
    "lstm peephole": (PeepholeLSTM, {}),
    "outline o": (OutlineLSTM, {"hidden": "o"}),
    "outline o tanh c": (OutlineLSTM, {"hidden": "o tanh c"}),
    "mingru": (MinGRU, {}),
    "lru": (LRU, {}),
}
EVERY = VARIANTS | MORE
SHAPES = [  # (T, B, D, H): each of the four is 1 at least once
    (1, 1, 1, 1),
    (1, 3, 2, 4),
    (5, 1, 3, 2),
    (4, 2, 1, 3),
    (6, 3, 4, 1),
    (7, 2, 3, 4),
    (8, 2, 2, 3),
]

# Where PyTorch is installed, or must be, what it computes now is compared too.
TORCH = bool(importlib.util.find_spec("torch")) or os.environ.get("REQUIRE_TORCH") == "1"
SOURCES = ["stored", "live"] if TORCH else ["stored"]


def shape_id(shape):
    """Return T, B, D and H as four digits."""
    return "".join(map(str, shape))


@functools.cache
def fixture(source, file, maker="make_torch_cells"):
    """Return what PyTorch computed: a dict of cases, each a dict of arrays."""
    if source == "live":
        return importlib.import_module(f"tests.fixtures.{maker}").MAKERS[file]()
    found = {}
    path = Path(__file__).parent / "fixtures" / f"torch_{file}.safetensors"
    for name, value in load_file(path).items():
        case, array = name.rsplit("/", 1)
        found.setdefault(case, {})[array] = value
    return found


def make(variant, D=3, H=4, *, seed=0, dtype=np.float64):
    """Return a cell with random biases too, so that no term is hidden by a zero."""
    kind, options = EVERY[variant]
    rng = np.random.default_rng(seed)
    cell = kind(D, H, rng=rng, dtype=dtype, **options)
    for name, value in cell.params.items():
        if name.startswith(("b_", "p_")):
            value[:] = rng.normal(0, 0.5, value.shape)
    return cell


def draw_state(cell, B, rng):
    """Return a random state for `cell`."""
    parts = (rng.standard_normal((B, cell.hidden_size)) for _ in cell.state_type._fields)
    return cell.state_type(*(part.astype(cell.dtype) for part in parts))


def draw(cell, T, B, *, seed=1):
    """Return random xs, initial state, dh and gradient into the final state for `cell`."""
    rng = np.random.default_rng(seed)
    xs = rng.standard_normal((T, B, cell.input_size)).astype(cell.dtype)
    dh = rng.standard_normal((T, B, cell.hidden_size)).astype(cell.dtype)
    return xs, draw_state(cell, B, rng), dh, draw_state(cell, B, rng)


def snapshot(arrays):
    """Return copies of a dict of arrays."""
    return {name: value.copy() for name, value in arrays.items()}


def same(left, right):
    """Say whether two dicts of arrays are equal bit for bit, dtypes included."""
    return left.keys() == right.keys() and all(
        left[k].dtype == right[k].dtype and left[k].tobytes() == right[k].tobytes() for k in left
    )


def everything(trace, grads):
    """Return every output and gradient of a pass in one flat dict."""
    found = {"h": trace.h}
    for letter, start, end in zip(trace.start._fields, grads.state, trace.end, strict=True):
        found |= {f"grad state.{letter}": start, f"end.{letter}": end}
    return found | {"grad xs": grads.xs} | {f"grad {k}": v for k, v in grads.params.items()}
