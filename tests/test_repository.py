"""What README and CONTRIBUTING name exists."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PATH = re.compile(r"(?:benchmarks|book|rnn_core|tests|tools|requirements|\.ci)[\\/][\w./\\-]+")


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_paths_that_are_named_exist(name):
    named = PATH.findall((ROOT / name).read_text("utf-8"))
    assert len(named) >= 4
    paths = [path.replace("\\", "/").rstrip(".") for path in named]
    assert [path for path in paths if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_make_targets_that_are_named_exist(name):
    targets = re.findall(r"(?:^|`)make ([a-z]+)", (ROOT / name).read_text("utf-8"), re.MULTILINE)
    rules = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert targets
    assert set(targets) <= set(rules)
