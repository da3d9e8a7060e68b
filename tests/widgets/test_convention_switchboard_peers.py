"""What the switchboard shows, PyTorch, Keras and onnxruntime compute from the same arrays."""

import statistics

import numpy as np
import pytest

from tests.cases import TORCH
from tests.interop_cases import KERAS, ONNX
from tests.switchboard_case import (
    PAIRS,
    ROWS,
    RUNS,
    converted,
    fitted,
    pair_of,
    read_here,
    read_there,
    stored,
)

HERE = {"PyTorch": TORCH, "Keras": KERAS, "ONNX": ONNX}
LIVE = [
    (kind, written, read)
    for kind, written, read in PAIRS
    if HERE.get(ROWS[kind][read].framework) and "Outline" not in written + read
]
# onnxruntime computes in float32, and Keras multiplies in it where it resets before the product.
SINGLE = 1e-5
SLOW = "Keras reset_after=False"  # a loop in Python: its first draw is enough
SHOWN = [pair for pair in LIVE if pair_of(*pair)["off"] is not None and pair[2] != SLOW]
SAME_RESET = [pair for pair in LIVE if ROWS[pair[0]][pair[1]].reset == ROWS[pair[0]][pair[2]].reset]
ONE_BIAS = [
    name
    for name, row in ROWS["GRU"].items()
    if HERE["Keras"] and (row.biases, row.reset) != (2, "after")
]


@pytest.mark.parametrize(("kind", "written", "read"), SHOWN)
def test_a_framework_that_reads_the_blocks_as_they_come_is_off_by_what_is_shown(
    kind, written, read
):
    a, b, run = ROWS[kind][written], ROWS[kind][read], RUNS[kind][written]
    shown = pair_of(kind, written, read)["off"]
    off = []
    for cell, xs, h in zip(*run, strict=True):
        other = read_there(fitted(stored(cell, a), b), b, xs)
        off.append(np.abs(other - h).max())
    assert statistics.median(off) == pytest.approx(shown, abs=1e-4)


@pytest.mark.parametrize(("kind", "written", "read"), SAME_RESET)
def test_the_right_conversion_reproduces_the_outputs(kind, written, read):
    b, run = ROWS[kind][read], RUNS[kind][written]
    exact = b.framework == "PyTorch" or (b.framework == "Keras" and read != SLOW)
    for cell, xs, h in [*zip(*run, strict=True)][: 1 if read == SLOW else 5]:
        other = read_there(converted(cell, b), b, xs)
        np.testing.assert_allclose(other, h, atol=1e-12 if exact else SINGLE)


@pytest.mark.parametrize("written", ONE_BIAS)
def test_keras_that_resets_before_is_off_by_what_is_shown(written):
    a, b, run = ROWS["GRU"][written], ROWS["GRU"][SLOW], RUNS["GRU"][written]
    shown = pair_of("GRU", written, SLOW)["off"]
    arrays = stored(run.cells[0], a)
    other = read_there(fitted(arrays, b), b, run.xs[0])
    np.testing.assert_allclose(other, read_here(arrays, b, run.xs[0]), atol=1e-4)
    worst = np.abs(other - run.hs[0]).max()
    assert worst < SINGLE if shown == 0 else worst > 0.3
