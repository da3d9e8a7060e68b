"""Every example in a docstring runs, and everything public has one."""

import doctest
import importlib
import os

import pytest

from tests.reference import all_modules, public_names

PUBLIC = public_names()


@pytest.mark.parametrize("module", all_modules())
def test_docstring_examples(module, tmp_path, monkeypatch):
    monkeypatch.setitem(os.environ, "MPLBACKEND", "agg")
    monkeypatch.chdir(tmp_path)  # an example may write a file
    assert doctest.testmod(importlib.import_module(module)).failed == 0


@pytest.mark.parametrize("name", PUBLIC)
def test_what_is_public_is_described_and_has_an_example(name):
    text = PUBLIC[name].__doc__ or ""
    assert "Examples\n" in text
    assert ">>> " in text.partition("Examples\n")[2]


def test_examples_are_found():
    cells = importlib.import_module("rnn_core.cells")
    assert len([test for test in doctest.DocTestFinder().find(cells) if test.examples]) >= 3
    assert len(PUBLIC) > 50
