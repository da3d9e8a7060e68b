"""What the switchboard shows, PyTorch, Keras and onnxruntime compute from the same arrays."""

import statistics

import numpy as np
import pytest

from tests.interop_cases import KERAS, ONNX
from tests.switchboard_case import (
    PAIRS,
    ROWS,
    RUNS,
    converted,
    fitted,
    pair_of,
    read_there,
    stored,
)

HERE = {"PyTorch": KERAS, "Keras": KERAS, "ONNX": ONNX}
LIVE = [
    (kind, written, read)
    for kind, written, read in PAIRS
    if HERE.get(ROWS[kind][read].framework) and "Outline" not in written + read
]
# onnxruntime computes in float32, and Keras multiplies in it where it resets before the product.
SINGLE = 1e-5
SLOW = "Keras reset_after=False"  # a loop in Python: its first draw is enough


@pytest.mark.parametrize(("kind", "written", "read"), LIVE)
def test_a_framework_that_reads_the_blocks_as_they_come_is_off_by_what_is_shown(
    kind, written, read
):
    a, b, run = ROWS[kind][written], ROWS[kind][read], RUNS[kind][written]
    shown = pair_of(kind, written, read)["off"]
    if shown is None or read == SLOW:
        return
    off = []
    for cell, xs, h in zip(*run, strict=True):
        other = read_there(fitted(stored(cell, a), b), b, xs)
        off.append(np.abs(other - h).max())
    assert statistics.median(off) == pytest.approx(shown, abs=1e-4)


@pytest.mark.parametrize(("kind", "written", "read"), LIVE)
def test_the_right_conversion_reproduces_the_outputs(kind, written, read):
    a, b, run = ROWS[kind][written], ROWS[kind][read], RUNS[kind][written]
    if a.reset != b.reset:
        return
    exact = b.framework == "PyTorch" or (b.framework == "Keras" and read != SLOW)
    for cell, xs, h in [*zip(*run, strict=True)][: 1 if read == SLOW else 5]:
        other = read_there(converted(cell, b), b, xs)
        np.testing.assert_allclose(other, h, atol=1e-12 if exact else SINGLE)


@pytest.mark.parametrize("written", [name for name in ROWS["GRU"] if HERE["Keras"]])
def test_keras_that_resets_before_is_off_by_what_is_shown(written):
    a, b, run = ROWS["GRU"][written], ROWS["GRU"][SLOW], RUNS["GRU"][written]
    if (a.biases, a.reset) == (2, "after"):
        return
    shown = pair_of("GRU", written, SLOW)["off"]
    other = read_there(fitted(stored(run.cells[0], a), b), b, run.xs[0])
    worst = np.abs(other - run.hs[0]).max()
    assert worst < SINGLE if shown == 0 else worst > 0.3
