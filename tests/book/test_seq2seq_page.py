"""Sequence to sequence: page and experiment run the same code, and never train on the test."""

from __future__ import annotations

import ast

import experiments
import numpy as np

from rnn_core import sweep
from tests.book import lessons

PAGE = "book/code/seq2seq"


def functions(source):
    """Return the functions of a source by name, as text without docstrings; the last one counts."""
    found = {}
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef):
            if ast.get_docstring(node):
                node.body = node.body[1:]
            found[node.name] = ast.unparse(node)
    return found


def test_the_experiment_has_the_functions_of_the_page_letter_by_letter():
    page = "\n".join(c["source"] for c in lessons.cells(PAGE) if c["cell_type"] == "code")
    shown = functions(page)
    used = functions((experiments.HERE / "seq2seq.py").read_text("utf8"))
    shared = used.keys() - {"run", "table"}
    assert shared >= {"in_words", "draw", "look", "look_back", "gradients", "fit", "exact"}
    assert {name: shown.get(name) for name in shared} == {name: used[name] for name in shared}


def test_numbers_in_words():
    seq2seq = experiments.load("seq2seq")
    known = {
        1: "one",
        20: "twenty",
        100: "one hundred",
        110: "one hundred and ten",
        999: "nine hundred and ninety nine",
        1001: "one thousand and one",
        4072: "four thousand and seventy two",
        10_100: "ten thousand one hundred",
        1_000_000: "one million",
        200_013_000: "two hundred million thirteen thousand",
        405_006_217: "four hundred and five million six thousand two hundred and seventeen",
    }
    assert {n: " ".join(seq2seq.in_words(n)) for n in known} == known
    rng = np.random.default_rng(0)
    many = {int(n) for n in rng.integers(1, 10**9, 3000)} | set(range(1, 3000))
    assert len({tuple(seq2seq.in_words(n)) for n in many}) == len(many)  # no two sound alike


def test_what_is_held_out_is_never_drawn():
    seq2seq = experiments.load("seq2seq")
    judges = seq2seq.held_out()
    lengths = [len(str(n)) for n in judges]
    assert [lengths.count(k) for k in seq2seq.LENGTHS] == [100] * 7
    assert len(set(judges)) == 700
    drawn = seq2seq.draw(np.random.default_rng(0), 20_000, set(judges))
    assert not set(drawn) & set(judges)
    short = {n for n in drawn if n < 1000}
    assert len(short) > 700  # of the 800 that are not held out
    share = np.bincount([len(str(n)) for n in drawn])[3:] / len(drawn)
    np.testing.assert_allclose(share, 1 / 7, atol=0.03)


def test_a_stored_run_made_again_begins_alike():
    """Few updates of a run, twice: the same numbers; the whole run is too slow for a test."""
    seq2seq = experiments.load("seq2seq")
    found = []
    for _ in range(2):
        rng = np.random.default_rng(0)
        model = seq2seq.new_model(seq2seq.GRU, "dot", rng)
        found.append(seq2seq.fit(model, "dot", set(), rng, updates=5))
    assert found[0] == found[1]
    assert found[0][-1] < found[0][0]


def test_the_table_says_what_the_page_says():
    table = sweep.read_csv(experiments.HERE / "seq2seq.csv")
    for cell in ("GRU", "LSTM"):
        none, dot = (table.where(cell=cell, attention=a) for a in ("none", "dot"))
        assert max(none["exact"]) < min(dot["exact"])
        assert np.median(none["exact_9"]) < 0.2
        assert np.median(dot["exact_9"]) > 0.7
