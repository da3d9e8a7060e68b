"""The page on frameworks runs without them, and where they are, it compares with them.

In CI they are installed (requirements/peers.txt), and REQUIRE_PEERS=1 says that they must be.
"""

from __future__ import annotations

import os
import subprocess
import sys

import experiments
import nbformat
import numpy as np
import pytest
from safetensors.numpy import load_file

from tests.book import lessons
from tests.cases import TORCH
from tests.interop_cases import KERAS, ONNX

pytestmark = pytest.mark.xdist_group("frameworks")

PAGE = "book/code/frameworks"
EXPERIMENT = lessons.ROOT / "book" / "_experiments" / "frameworks.py"
ADVICE = "not installed here: "
BLOCK = """import sys
for name in ("torch", "keras", "onnx", "onnxruntime"):
    sys.modules[name] = None
"""


def executed(folder, *more: str) -> list[dict]:
    """Run the page in a kernel of its own, `more` before its path; return its code cells."""
    path = os.pathsep.join([*more, str(lessons.ROOT), os.environ.get("PYTHONPATH", "")])
    command = ["-m", "nbconvert", "--to", "notebook", "--execute", "--log-level", "ERROR"]
    command += ["--output-dir", str(folder), str(lessons.source(PAGE))]
    environment = os.environ | {"PYTHONPATH": path, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, *command], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    cells = nbformat.read(folder / "frameworks.ipynb", as_version=4).cells
    return [cell for cell in cells if cell.cell_type == "code"]


def printed(cell: dict) -> str:
    """Return what a cell printed; anything on the error stream is a failure."""
    streams = [out for out in cell["outputs"] if out.output_type == "stream"]
    assert {out.name for out in streams} <= {"stdout"}, cell["id"]
    return "".join(out.text for out in streams)


def with_peers(cells: list[dict]) -> dict[str, str]:
    """Return what the cells printed that run a framework."""
    return {cell["id"]: printed(cell) for cell in cells if "peers" in lessons.tags(cell)}


def checked(cells: list[dict]) -> dict[str, str]:
    """Return what the cells printed whose output is stored."""
    return {cell["id"]: printed(cell) for cell in cells if "keep_output" in lessons.tags(cell)}


def test_without_the_frameworks_the_page_runs_and_says_what_to_install(tmp_path):
    (tmp_path / "shim").mkdir()
    (tmp_path / "shim" / "sitecustomize.py").write_text(BLOCK)
    cells = executed(tmp_path, str(tmp_path / "shim"))
    asked = with_peers(cells)
    assert len(asked) >= 9
    for name, text in asked.items():
        assert text.startswith(ADVICE), name
        assert "pip install -r requirements/peers.txt" in text
    stored = [cell for cell in lessons.cells(PAGE) if cell["cell_type"] == "code"]
    assert checked(cells) == checked(stored)


if TORCH and KERAS and ONNX:

    def test_with_the_frameworks_every_comparison_is_made(tmp_path):
        cells = executed(tmp_path)
        for name, text in with_peers(cells).items():
            assert text, name
            assert ADVICE not in text, name
        stored = [cell for cell in lessons.cells(PAGE) if cell["cell_type"] == "code"]
        assert checked(cells) == checked(stored)

    @pytest.fixture(scope="module")
    def computed() -> dict[str, np.ndarray]:
        """Return what the frameworks compute now."""
        return experiments.load(EXPERIMENT.stem).compute()

    def test_what_the_page_reads_is_what_the_frameworks_compute(computed):
        stored = load_file(EXPERIMENT.with_suffix(".safetensors"))
        assert stored.keys() == computed.keys()
        for name, value in stored.items():
            single = name.startswith("ONNX") or name == "Keras RNN/h"
            close = {"rtol": 0, "atol": 1e-6 if single else 1e-9}
            np.testing.assert_allclose(computed[name], value, **close, err_msg=name)


def test_the_page_asks_before_each_import_of_a_framework():
    """A cell that imports one is tagged, or it is a function that only such cells call."""
    for cell in lessons.cells(PAGE):
        if cell["cell_type"] == "code" and "if need(" in cell["source"]:
            assert "peers" in lessons.tags(cell), cell["id"]
