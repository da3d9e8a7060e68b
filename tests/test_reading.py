"""Showing the package's own source: whole functions, single statements, and what has none."""

from __future__ import annotations

import inspect

import pytest

from rnn_core import GRU, LSTM, RNN
from rnn_core.engine import lstm as engine
from rnn_core.reading import code_of


def test_a_whole_function_is_its_source_without_indent():
    shown = code_of(RNN.forward)
    first, code = shown.split("\n", 1)
    assert first == "# rnn_core/cell.py"
    assert code.startswith("def forward(")
    assert [line.strip() for line in code.splitlines()] == [
        line.strip() for line in inspect.getsource(RNN.forward).rstrip().splitlines()
    ]


def test_statements_come_whole_in_order_and_without_the_docstring():
    assert code_of(LSTM, "f * ") == "# rnn_core/cells.py\nc = f * c + i * g"
    shown = code_of(GRU, "W_n").splitlines()
    assert shown[0] == "# rnn_core/cells.py"
    assert all(line.strip() in inspect.getsource(GRU) for line in shown[1:])
    assert '"""' not in code_of(LSTM, "=")


def test_a_statement_over_several_lines_is_shown_whole():
    def several():
        return sum(
            [1, 2, 3],
        )

    assert code_of(several, "1, 2") == "# test_reading.py\nreturn sum(\n    [1, 2, 3],\n)"


def test_a_file_in_a_folder_of_the_package_is_named_from_the_package_on():
    assert code_of(engine.lstm_forward).startswith("# rnn_core/engine/lstm.py\n")


def test_a_text_that_is_nowhere_is_an_error_that_names_it():
    with pytest.raises(ValueError, match=r"containing: no statement of LSTM contains 'W_zz'"):
        code_of(LSTM, "W_zz")


@pytest.mark.parametrize("thing", [len, 3, "step"])
def test_what_has_no_source_is_an_error_that_shows_it(thing):
    with pytest.raises(TypeError, match=r"thing: .* has no source in Python"):
        code_of(thing)
