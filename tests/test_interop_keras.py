"""Keras' layers compute what `interop` makes of their weights, and take what it gives.

LSTM and GRU with reset_after=True run in float64. The others multiply matrices in float32 on
Keras' PyTorch backend, whatever their dtype (https://github.com/keras-team/keras/issues/23704), so
their numbers are compared to a hundred roundings of float32.
"""

import copy
import importlib

import numpy as np
import pytest

from rnn_core import interop
from rnn_core.layers import Bidirectional
from rnn_core.trace import HC, H
from tests.cases import draw, draw_state, make
from tests.interop_cases import KERAS, KERAS_CASES, outputs, sources

CASES = list(outputs("stored", "keras_cells"))
FLOAT64 = {"rtol": 1e-10, "atol": 1e-12}
FLOAT32 = {"rtol": 1e-5, "atol": 1e-5}


def close(case):
    """Return the tolerance for a case: that of the precision in which Keras multiplies."""
    return FLOAT64 if case.startswith(("lstm", "gru after")) else FLOAT32


def read(case, found):
    """Return the cell of a layer's weights, and what it read: xs, start, dh and dend."""
    weights = [found[f"weight {at}"] for at in range(3) if f"weight {at}" in found]
    cell = interop.from_keras(weights, **KERAS_CASES[case.split("/")[0]][2])
    state = HC if "lstm" in case else H
    start, dend = (
        state(*(found[f"{name} {at}"] for at in range(len(state._fields))))
        for name in ("start", "dend")
    )
    return cell, *(interop.time_major(found[name]) for name in ("xs", "dh")), start, dend


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("source", sources(KERAS))
def test_the_weights_of_a_layer_give_its_outputs_and_final_state(source, case):
    found = outputs(source, "keras_cells")[case]
    cell, xs, _, start, _ = read(case, found)
    trace = cell.forward(xs, start)
    np.testing.assert_allclose(interop.batch_major(trace.h), found["h"], **close(case))
    for at, end in enumerate(trace.end):
        np.testing.assert_allclose(end, found[f"end {at}"], **close(case))


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("source", sources(KERAS))
def test_the_weights_of_a_layer_give_its_gradients(source, case):
    found = outputs(source, "keras_cells")[case]
    cell, xs, dh, start, dend = read(case, found)
    grads = cell.backward(cell.forward(xs, start), dh, dend)
    np.testing.assert_allclose(interop.batch_major(grads.xs), found["grad xs"], **close(case))
    for at, mine in enumerate(grads.state):
        np.testing.assert_allclose(mine, found[f"grad start {at}"], **close(case))
    twin = copy.deepcopy(cell)  # the map of weights is that of gradients: order and signs
    for name, value in twin.params.items():
        value[...] = grads.params[name]
    for at, mine in enumerate(interop.to_keras(twin)):
        if f"grad weight {at}" not in found:
            continue
        if at == 2 and mine.ndim == 2:  # of z and r, both biases have the same gradient
            mine[1, : 2 * cell.hidden_size] = mine[0, : 2 * cell.hidden_size]
        np.testing.assert_allclose(mine, found[f"grad weight {at}"], **close(case))


if KERAS:

    @pytest.fixture(scope="module")
    def script():
        """Return the script with the layers; importing Keras takes seconds, so not before."""
        return importlib.import_module("tests.fixtures.make_keras_cells")

    def compare(case, trace, hs, end):
        """Check hidden states and final states; those of Keras are batch-major tensors."""
        hs, end = hs.detach().numpy(), [part.detach().numpy() for part in end]
        np.testing.assert_allclose(interop.batch_major(trace.h), hs, **close(case))
        for mine, want in zip(flat(trace.end), end, strict=True):
            np.testing.assert_allclose(mine, want, **close(case))

    def flat(state):
        """Return the arrays of a state or of two."""
        return [a for part in state for a in ([part] if isinstance(part, np.ndarray) else part)]

    @pytest.mark.parametrize("case", [*KERAS_CASES, "gru after b_nh"])
    def test_keras_takes_what_to_keras_gives(script, case):
        cell = make(case, 3, 4)
        xs, start, *_ = draw(cell, 6, 2)
        layer = script.layer_of(case.removesuffix(" b_nh"), 4)
        hs, end = script.forward(layer, interop.to_keras(cell), interop.batch_major(xs), start)
        compare(case, cell.forward(xs, start), hs, end)

    def test_keras_computes_a_coupled_lstm_with_its_lstm(script):
        cell = make("lstm coupled", 3, 4)
        xs, start, *_ = draw(cell, 30, 2)
        layer, weights = script.layer_of("lstm", 4), interop.to_keras(cell)
        hs, end = script.forward(layer, weights, interop.batch_major(xs), start)
        compare("lstm", cell.forward(xs, start), hs, end)

    @pytest.mark.parametrize("case", ["rnn relu", "lstm", "gru after", "gru before"])
    def test_a_bidirectional_layer_of_keras_reads_both_ways(script, case):
        cells = [make(case, seed=seed) for seed in (1, 2)]
        both = Bidirectional(*cells)
        xs, *_ = draw(cells[0], 6, 2)
        rng = np.random.default_rng(3)
        start = type(both.zero_state(2))(*(draw_state(cell, 2, rng) for cell in cells))
        layer, weights = script.layer_of(case, 4, both_ways=True), interop.to_keras(both)
        hs, end = script.forward(layer, weights, interop.batch_major(xs), flat(start))
        compare(case, both.forward(xs, start), hs, end)
        options = KERAS_CASES[case][2]
        again = interop.from_keras([w.value.detach().numpy() for w in layer.weights], **options)
        np.testing.assert_array_equal(again.forward(xs, start).h, both.forward(xs, start).h)
