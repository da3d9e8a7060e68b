"""Hidden tests are read from a file of the instructor's, and what is wrong with it is said."""

from __future__ import annotations

import argparse

import assign
import hidden_tests
import pytest

EXAMPLE = assign.ROOT / "tools" / "hidden_tests.example.yml"


def test_the_example_can_be_used():
    tests = hidden_tests.read(EXAMPLE, assign.code_exercises())
    assert list(tests) == ["ex-lstm-machine"]
    notebook = assign.make("concepts/lstm", assign.the_book(), tests)
    check = next(cell for cell in notebook.cells if cell.id == "ex-lstm-machine-check")
    assert check.source.endswith(
        f"### BEGIN HIDDEN TESTS\n{tests['ex-lstm-machine'].strip()}\n### END HIDDEN TESTS"
    )


def test_the_books_answer_passes_the_example():
    """The page is not run for it: the answer needs NumPy alone."""
    import numpy as np

    cells = assign.make("concepts/lstm", assign.the_book()).cells
    names = {"np": np}
    exec(next(cell.source for cell in cells if cell.id == "ex-lstm-machine"), names)
    exec(hidden_tests.read(EXAMPLE, assign.code_exercises())["ex-lstm-machine"], names)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ex-none: assert False", "the book has no code exercise 'ex-none'"),
        ("ex-lstm-count: assert False", "the book has no code exercise 'ex-lstm-count'"),
        ("ex-lstm-machine: 3", "ex-lstm-machine: expected code as text, got 3"),
        ("ex-lstm-machine: 'assert ('", "ex-lstm-machine: line 1: "),
        ("ex-lstm-machine: print(1)", "nothing in it can fail; expected an assert"),
        ("[1, 2]", r"expected code by exercise, got \[1, 2\]"),
        ("a: b: c", "is no YAML"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(tmp_path, text, said):
    path = tmp_path / "tests.yml"
    path.write_text(text, "utf8")
    with pytest.raises(ValueError, match=f"hidden: .*{said}"):
        hidden_tests.read(path, assign.code_exercises())


@pytest.mark.parametrize("path", ["book/_bank/questions.yml", "_config.yml"])
def test_a_file_within_the_clone_is_refused(path):
    with pytest.raises(ValueError, match="lies in the clone, which is public"):
        hidden_tests.read(assign.ROOT / path, ())


def test_a_source_does_not_lose_its_hidden_tests(tmp_path):
    given = argparse.Namespace(
        all=False, page="concepts/lstm", course=tmp_path, site=None, hidden=EXAMPLE, prove=False
    )
    assert assign.run(given) == 0
    source = tmp_path / "source" / "concepts-lstm" / "concepts-lstm.ipynb"
    before = source.read_bytes()
    with pytest.raises(ValueError, match="hidden: concepts/lstm has hidden tests; name their file"):
        assign.run(argparse.Namespace(**{**vars(given), "hidden": None}))
    assert source.read_bytes() == before


def test_an_empty_file_holds_none(tmp_path):
    (tmp_path / "tests.yml").touch()
    assert hidden_tests.read(tmp_path / "tests.yml", ()) == {}


def test_tests_of_an_exercise_of_another_page_are_an_error():
    with pytest.raises(ValueError, match="concepts/rnn has no code exercise ex-lstm-machine"):
        assign.make("concepts/rnn", assign.the_book(), {"ex-lstm-machine": "assert True"})
