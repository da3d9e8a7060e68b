"""ONNX operators compute what `interop` makes of them, and run as it writes them.

onnxruntime 1.32.0 has these operators in float32 only: it answers "does not support double yet".
So its numbers are compared in float32, where 1e-5 is a hundred roundings. ONNX's own reference
evaluator does float64, and is compared to 1e-12 where it knows the operator: it has no Sigmoid or
Relu in an RNN, and does not read input_forget.
"""

import importlib

import numpy as np
import pytest

from rnn_core import interop
from rnn_core.layers import Bidirectional
from rnn_core.variants import CoupledLSTM, PeepholeLSTM
from tests.cases import draw, draw_state, make
from tests.interop_cases import ONNX, ONNX_CASES, outputs, sources

CASES = list(outputs("stored", "onnx_cells"))
FLOAT32 = {"rtol": 1e-5, "atol": 1e-5}
MADE = {"lstm peephole": PeepholeLSTM, "lstm coupled": CoupledLSTM}
IN_REFERENCE = ["rnn tanh", "rnn identity", "lstm", "lstm peephole", "gru after", "gru before"]


def cell_of(case, dtype, seed=0):
    """Return a cell with every parameter random."""
    rng = np.random.default_rng(seed)
    if case in MADE:
        cell = MADE[case](3, 4, rng=rng, dtype=dtype)
        for value in cell.params.values():
            value[...] = rng.normal(0, 0.7, value.shape)
        return cell
    return make(case, 3, 4, seed=seed, dtype=dtype)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("source", sources(ONNX))
def test_an_operator_gives_its_outputs_and_final_state(source, case):
    found = outputs(source, "onnx_cells")[case]
    op_type, attributes, _ = ONNX_CASES[case.split("/")[0]]
    if case.split("/")[1] == "2":
        attributes = {k: v * 2 if isinstance(v, list) else v for k, v in attributes.items()}
        attributes["direction"] = "bidirectional"
    operator = {k: found[k] for k in "WRBP" if k in found}
    layer = interop.from_onnx({"op_type": op_type, "attributes": attributes} | operator)
    start = [found[f"start {at}"] for at in range(2) if f"start {at}" in found]
    trace = layer.forward(found["xs"], interop.unstack_states(layer, start))
    assert layer.dtype == np.float32
    np.testing.assert_allclose(trace.h, interop.join_directions(found["Y"]), **FLOAT32)
    for at, end in enumerate(interop.stack_states(trace.end)):
        np.testing.assert_allclose(end, found[f"end {at}"], **FLOAT32)


def test_the_output_gate_of_a_peephole_sees_the_new_state():
    found = outputs("stored", "onnx_cells")["lstm peephole/1/bias"]
    operator = {"op_type": "LSTM", "attributes": {}} | {k: found[k] for k in "WRBP"}
    cell = interop.from_onnx(operator)
    start = interop.unstack_states(cell, [found["start 0"], found["start 1"]])
    want = interop.join_directions(found["Y"])
    assert np.abs(cell.forward(found["xs"], start).h - want).max() < 1e-5
    p_i, p_o, p_f = np.split(found["P"], 3, axis=1)
    swapped = interop.from_onnx(operator | {"P": np.concatenate([p_i, p_f, p_o], axis=1)})
    assert np.abs(swapped.forward(found["xs"], start).h - want).max() > 0.01


def test_a_coupled_operator_does_not_read_the_weights_of_f():
    found = outputs("stored", "onnx_cells")["lstm coupled/1/bias"]
    operator = {"op_type": "LSTM", "attributes": {"input_forget": 1}}
    operator |= {k: found[k].copy() for k in "WRB"}
    cell = interop.from_onnx(operator)
    for name in "WR":
        operator[name][:, 2 * cell.hidden_size : 3 * cell.hidden_size] = 7
    other = interop.from_onnx(operator)
    np.testing.assert_array_equal(other.forward(found["xs"]).h, cell.forward(found["xs"]).h)


def test_attributes_may_come_as_bytes_and_tuples():
    operator = interop.to_onnx(make("rnn relu"))
    operator["attributes"] = {"activations": (b"Relu",), "direction": b"forward", "layout": 1}
    assert interop.from_onnx(operator).activation == "relu"


if ONNX:

    @pytest.fixture(scope="module")
    def script():
        """Return the script that writes models and runs them."""
        return importlib.import_module("tests.fixtures.make_onnx_cells")

    @pytest.mark.parametrize("case", [*ONNX_CASES, "gru after b_nh"])
    def test_onnxruntime_runs_what_to_onnx_gives(script, case):
        cell = cell_of(case, np.float32)
        xs, start, *_ = draw(cell, 6, 2)
        Y, *end = script.run(interop.to_onnx(cell), xs, interop.stack_states(start))
        trace = cell.forward(xs, start)
        np.testing.assert_allclose(trace.h, interop.join_directions(Y), **FLOAT32)
        for mine, want in zip(interop.stack_states(trace.end), end, strict=True):
            np.testing.assert_allclose(mine, want, **FLOAT32)

    @pytest.mark.parametrize("case", ONNX_CASES)
    def test_onnxruntime_reads_both_ways(script, case):
        cells = [cell_of(case, np.float32, seed) for seed in (1, 2)]
        both = Bidirectional(*cells)
        xs, *_ = draw(cells[0], 6, 2)
        rng = np.random.default_rng(3)
        start = type(both.zero_state(2))(*(draw_state(cell, 2, rng) for cell in cells))
        Y, *end = script.run(interop.to_onnx(both), xs, interop.stack_states(start))
        trace = both.forward(xs, start)
        np.testing.assert_allclose(trace.h, interop.join_directions(Y), **FLOAT32)
        for mine, want in zip(interop.stack_states(trace.end), end, strict=True):
            np.testing.assert_allclose(mine, want, **FLOAT32)

    @pytest.mark.parametrize("pair", [("rnn tanh", "rnn relu"), ("rnn relu", "rnn identity")])
    def test_onnxruntime_reads_each_way_with_its_own_activation(script, pair):
        both = Bidirectional(*(cell_of(case, np.float32, at) for at, case in enumerate(pair)))
        xs = draw(both.parts["forward"], 6, 2)[0]
        start = both.zero_state(2)
        Y, *_ = script.run(interop.to_onnx(both), xs, interop.stack_states(start))
        np.testing.assert_allclose(both.forward(xs).h, interop.join_directions(Y), **FLOAT32)

    @pytest.mark.parametrize("case", [*IN_REFERENCE, "gru after b_nh"])
    def test_the_reference_of_onnx_agrees_in_float64(script, case):
        evaluator = importlib.import_module("onnx.reference").ReferenceEvaluator
        cell = cell_of(case, np.float64)
        xs, start, *_ = draw(cell, 6, 2)
        model = script.model_of(interop.to_onnx(cell), 6, 2)
        feeds = script.feeds_of(xs, interop.stack_states(start))
        Y, *end = evaluator(model).run(None, feeds)
        trace = cell.forward(xs, start)
        assert Y.dtype == np.float64
        np.testing.assert_allclose(trace.h, interop.join_directions(Y), rtol=1e-12, atol=1e-13)
        for mine, want in zip(interop.stack_states(trace.end), end, strict=True):
            np.testing.assert_allclose(mine, want, rtol=1e-12, atol=1e-13)
