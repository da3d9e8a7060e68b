"""Weights and outputs to and from PyTorch, Keras and ONNX, as plain dicts and lists of arrays.

None of the three is imported. They compute the same cells from differently arranged numbers:
`CONVENTIONS` says how each of them arranges which cell, and the converters read it. Where a
framework lacks a cell but has another that computes the same function, as an LSTM can what a
CoupledLSTM does, the weights are those of the other. Where it has none, the error says why.
"""

from .conventions import CONVENTIONS as CONVENTIONS
from .conventions import Convention as Convention
from .conventions import convention as convention
from .keras import from_keras as from_keras
from .keras import to_keras as to_keras
from .layouts import batch_major as batch_major
from .layouts import join_directions as join_directions
from .layouts import split_directions as split_directions
from .layouts import stack_states as stack_states
from .layouts import time_major as time_major
from .layouts import unstack_states as unstack_states
from .onnx import from_onnx as from_onnx
from .onnx import to_onnx as to_onnx
from .pytorch import from_torch as from_torch
from .pytorch import to_torch as to_torch
from .written import equations as equations
from .written import stored_arrays as stored_arrays
