"""Student notebooks run with nothing but rnn_core, the extras they name, and Jupyter.

Three pages are run here, which between them need six of the seven extras; `python tools/fresh.py
--all` runs all. uv takes the packages from its cache, or from the network.
"""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import assign
import downloads
import fresh
import pytest

import rnn_core

pytestmark = pytest.mark.xdist_group("fresh")

PAGES = ["math/derivatives", "math/initialisation", "tools/resources"]
SEEN = """
import importlib.util, json, sys
import rnn_core
names = ("nbgrader", "sphinx", "jupyter_book", "assign", "matplotlib", "sklearn")
print(rnn_core.__file__)
print(*[name for name in names if importlib.util.find_spec(name)])
"""


def test_the_pages_cover_the_extras():
    book = assign.the_book()
    extras = {
        each for page in PAGES for each in assign.make(page, book).metadata.gate_by_gate.extras
    }
    assert extras == {"plots", "widgets", "store", "train", "data", "sweep"}


def test_an_environment_sees_the_wheel_and_no_checkout(tmp_path):
    built = downloads.wheel(tmp_path)
    python = fresh.make(tmp_path / "env", built, ("plots", "widgets"))
    command = [str(python), "-c", SEEN]
    done = subprocess.run(
        command, cwd=tmp_path, env=fresh.environment(), capture_output=True, text=True, check=True
    )
    where, found = done.stdout.splitlines()
    assert Path(where).is_relative_to(tmp_path / "env")
    assert found == "matplotlib"


def test_three_pages_run(tmp_path):
    command = [sys.executable, str(assign.ROOT / "tools" / "fresh.py"), *PAGES]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("told right from wrong") == len(PAGES)


def test_what_the_site_offers_is_the_package_and_what_pages_read(tmp_path):
    downloads.write(tmp_path)
    folder = tmp_path / "downloads"
    wheel = folder / f"rnn_core-{rnn_core.__version__}-py3-none-any.whl"
    assert {path.name for path in folder.iterdir()} == {wheel.name, "experiments.zip"}
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        assert "rnn_core/cells.py" in names
        assert not [name for name in names if not name.startswith(("rnn_core/", "rnn_core-"))]
    with zipfile.ZipFile(folder / "experiments.zip") as archive:
        names = set(archive.namelist())
    assert {"_experiments/ladder.csv", "_experiments/history.json"} <= names
    assert "benchmarks/RESULTS.md" in names


def test_the_same_files_give_the_same_bytes(tmp_path):
    first, second = tmp_path / "a", tmp_path / "b"
    for folder in (first, second):
        folder.mkdir()
        downloads.write(folder)
    for path in (first / "downloads").iterdir():
        assert path.read_bytes() == (second / "downloads" / path.name).read_bytes()
