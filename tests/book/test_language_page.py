"""Tagging source code: nothing that is fitted has seen the test, and readers see the past only."""

from __future__ import annotations

import experiments
import numpy as np
import pytest

from rnn_core import data, sweep

deeper, language = (experiments.load(name) for name in ("deeper", "language"))


def fitted(monkeypatch, closed):
    """Fit every reader a little, with the text of some splits out of reach; return the results."""
    read = data.python_source

    def only_open(split):
        if split in closed:
            raise AssertionError(f"{split} was read")
        return [each for each in read(split) if len(each.text) < 9000]

    monkeypatch.setattr(data, "python_source", only_open)
    monkeypatch.setattr(deeper, "_texts", {})
    monkeypatch.setattr(language, "DRAWN", 4000)
    rng = np.random.default_rng
    found = [
        np.concatenate(
            [value.ravel() for value in language.fit(cell, rng(0), 0.01, 3).params.values()]
        )
        for cell in language.UNITS
    ]
    found.append(language.fit_window("network 16", rng(0), 0.01).coefs_[0].ravel())
    found.append(language.fit_window("logistic 16", rng(0)).coef_.ravel())
    counted = language.count_words("train")
    found.append(np.array([language.CLASSES.index(each) for each in counted.values()]))
    return found


def test_nothing_fitted_depends_on_validation_or_test_text(monkeypatch):
    all_open = fitted(monkeypatch, closed=())
    closed = fitted(monkeypatch, closed=("validation", "test"))
    for one, other in zip(all_open, closed, strict=True):
        np.testing.assert_array_equal(one, other)


def test_no_module_is_in_two_splits():
    names = [
        each.name for split in ("train", "validation", "test") for each in data.python_source(split)
    ]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("cell", language.UNITS)
def test_the_rate_is_chosen_by_the_validation_modules_alone(cell):
    table = sweep.read_csv(experiments.HERE / "language.csv")
    shuffled = [row | {"accuracy": -row["accuracy"], "macro_f1": 0.0} for row in table]
    other = sweep.Table(table.columns, shuffled)
    assert language.chosen(other, cell) == language.chosen(table, cell)
    worst = [row | {"validation": 1 - row["validation"]} for row in table]
    assert language.chosen(sweep.Table(table.columns, worst), cell) != language.chosen(table, cell)


def test_the_cells_have_about_as_many_parameters():
    rng = np.random.default_rng(0)
    sizes = [
        sum(value.size for value in language.new_model(cell, rng).params.values())
        for cell in language.UNITS
    ]
    assert max(sizes) < 1.02 * min(sizes)


TEXT = "if a == '\\'' or b:\n    c = \"\"\"x\n''' #\"\"\"  # it's\nd = 0x1F + 2.5\n"


@pytest.mark.parametrize("cut", range(1, len(TEXT)))
def test_the_rules_see_the_past_only(cut):
    assert list(language.scan(TEXT[:cut])) == list(language.scan(TEXT))[:cut]


def test_the_rules_know_strings_comments_numbers_and_operators():
    said = np.array([language.CLASSES.index(language.guess(each)) for each in language.scan(TEXT)])
    true = data.token_labels(TEXT)
    words = [language.CLASSES.index(each) for each in ("keyword", "name")]
    settled = ~np.isin(true, words)
    np.testing.assert_array_equal(said[settled], true[settled])


def test_a_string_that_is_not_closed_ends_with_its_line():
    assert [language.guess(each) for each in language.scan("'a\n=")][2:] == ["space", "operator"]


def test_a_window_is_the_last_characters():
    codes = np.array([3, 1, 4, 1, 5])
    rows = language.windows(codes, np.array([0, 1, 4]), 3).toarray().reshape(3, 3, -1)
    assert rows[2].argmax(axis=-1).tolist() == [5, 1, 4]
    assert rows[1].argmax(axis=-1)[:2].tolist() == [1, 3]
    assert rows.sum(axis=-1).tolist() == [[1, 0, 0], [1, 1, 0], [1, 1, 1]]


def test_a_network_reads_a_split_from_its_first_character_to_its_last():
    model = language.new_model("GRU", np.random.default_rng(0))
    source = deeper.text("validation")
    states = language.read(model, "validation", lambda trace, _: trace.h)
    assert len(states) == len(source.codes)
    xs = data.one_hot(source.codes[:900, None], dtype=np.float32)
    np.testing.assert_allclose(states[:900], model.forward(xs)[0].h[:, 0], atol=1e-5)


def test_the_distance_counts_from_the_first_character_of_a_string():
    string = language.STRING
    labels = np.array([0, string, string, string, 0, string, string])
    assert language.distance(labels).tolist() == [-1, 0, 1, 2, -1, 0, 1]


@pytest.mark.parametrize("kind", ["string", "comment", "keyword", "name", "number", "operator"])
def test_the_gated_cells_are_between_windows_and_counted_rules_in_every_class(kind):
    table = sweep.read_csv(experiments.HERE / "language.csv")

    def scores(readers):
        rows = (table.where(reader=r, lr=language.chosen(table, r)) for r in readers)
        return np.concatenate([each[kind] for each in rows])

    windows = [r for r in language.READERS if r.startswith(("logistic", "network"))]
    gated = scores(["LSTM", "GRU"])
    assert scores(windows).max() < gated.min()
    assert gated.max() < scores(["rules, counts"]).min()
