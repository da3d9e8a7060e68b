"""Every example in a docstring runs, and everything public has one."""

import doctest
import importlib

import matplotlib.pyplot as plt
import pytest

from tests.reference import all_modules, public_names

PUBLIC = public_names()
# What a function returns or raises is shown by the example of that function.
SHOWN_BY = {
    "rnn_core.data.Source": "rnn_core.data.python_source",
    "rnn_core.diagnostics.GradientNorms": "rnn_core.diagnostics.gradient_norms",
    "rnn_core.diagnostics.Saturation": "rnn_core.diagnostics.saturation",
    "rnn_core.sweep.Failure": "rnn_core.sweep.sweep",
    "rnn_core.sweep.SweepError": "rnn_core.sweep.sweep",
    "rnn_core.train.History": "rnn_core.train.train",
}


@pytest.mark.parametrize("module", all_modules())
def test_docstring_examples(module, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # an example may write a file
    with plt.rc_context():
        assert doctest.testmod(importlib.import_module(module)).failed == 0
    plt.close("all")


@pytest.mark.parametrize("name", PUBLIC)
def test_what_is_public_is_described_and_has_an_example(name):
    assert PUBLIC[name].__doc__
    text = PUBLIC[SHOWN_BY.get(name, name)].__doc__ or ""
    assert "Examples\n" in text
    assert ">>> " in text.partition("Examples\n")[2]


def test_every_exemption_is_still_needed():
    with_example = {name for name, value in PUBLIC.items() if ">>> " in (value.__doc__ or "")}
    assert set(SHOWN_BY) <= set(PUBLIC) - with_example


def test_examples_are_found():
    cells = importlib.import_module("rnn_core.cells")
    assert len([test for test in doctest.DocTestFinder().find(cells) if test.examples]) >= 3
    assert len(PUBLIC) > 50
