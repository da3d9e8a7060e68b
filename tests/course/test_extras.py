"""Which extras a page needs, read from its code."""

from __future__ import annotations

import assign
import extras
import pytest


@pytest.mark.parametrize(
    ("code", "more"),
    [
        ("import numpy as np", []),
        ("from rnn_core import LSTM, data\ndata.one_hot('a')", []),
        ("from rnn_core import data\ndata.sunspots()", ["data"]),
        ("from rnn_core.data import japanese_vowels", ["data"]),
        ("import rnn_core.data as d\nd.co2()", ["data"]),
        ("from sklearn.dummy import DummyClassifier", ["data"]),
        ("from safetensors.numpy import load_file", ["store"]),
        ("from rnn_core.pretrained import inside_string\ninside_string.load()", ["store", "train"]),
        ("%pip install x\n!ls\nimport tqdm", ["train"]),
        ("import torch", []),
    ],
)
def test_what_code_needs(code, more):
    wanted = {*extras.FLOOR, *more}
    assert extras.needed([code]) == [extra for extra in extras.EXTRAS if extra in wanted]


def test_what_a_sweep_needs():
    needed = extras.needed(["from rnn_core.sweep import sweep"])
    assert {"sweep", "train"} <= set(needed)
    assert "data" not in needed


def test_every_extra_of_a_page_is_in_its_notebook():
    about = assign.make("applications/series", assign.the_book()).metadata["gate_by_gate"]
    assert "data" in about["extras"]
    assert about["page"] == "applications/series"
