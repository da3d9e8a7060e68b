"""Which one?: both sides had the same chances, and the guide says what the tables say."""

from __future__ import annotations

import contextlib
import io

import experiments
import numpy as np
import pytest

from tests.book import lessons

PAGE = "book/applications/choosing"


@pytest.fixture(scope="module")
def choosing():
    """Return the script of the experiment."""
    return experiments.load("choosing")


@pytest.fixture(scope="module")
def table():
    """Return its table."""
    return experiments.stored("choosing")


def median(choosing, table, task, budget, cell):
    return np.median(choosing.chosen(table, task, budget, cell)[1])


def test_all_cells_have_as_many_parameters(choosing):
    rng = np.random.default_rng(0)
    for task, (inputs, outputs) in choosing.SHAPES.items():
        sizes = []
        for cell in choosing.CELLS:
            model = choosing.new_model(task, cell, rng)
            sizes.append(sum(value.size for value in model.params.values()))
            width = choosing.units(task, cell)
            assert sizes[-1] == choosing.size(cell, inputs, width, outputs)
        assert max(sizes) / min(sizes) < 1.03


def test_equal_time_is_updates_times_their_cost(choosing):
    for row in choosing.GRID:
        cost = choosing.COST[row["task"]][row["cell"]]
        times = {"updates": cost, "time": 1}[row["budget"]]
        assert row["updates"] * cost / choosing.UPDATES[row["task"]] == pytest.approx(times, 0.01)


def test_all_cells_are_tried_at_the_same_rates(choosing, table):
    for task in choosing.SHAPES:
        for cell in choosing.CELLS:
            rates = set(table.where(task=task, budget="updates", cell=cell)["rate"])
            assert rates == set(choosing.RATES[task])


def test_the_choice_of_a_rate_does_not_see_the_test(choosing, table):
    rng = np.random.default_rng(0)
    mixed = type(table)(
        tuple(table.columns), [row | {"test": float(rng.random())} for row in table]
    )
    for task in choosing.SHAPES:
        for cell in choosing.CELLS:
            ours, theirs = (choosing.chosen(t, task, "time", cell)[0] for t in (table, mixed))
            assert ours == theirs


def test_the_series_is_scaled_and_cut_without_the_test_part(choosing, monkeypatch):
    parts = ("train", "validation", "test")
    values = choosing.series.load("glass")
    before = {split: choosing.glass.__wrapped__(split) for split in parts}
    other_end = values.copy()
    other_end[-choosing.GLASS.test :] = 7
    monkeypatch.setattr(choosing.series, "load", {"glass": other_end}.get)
    after = {split: choosing.glass.__wrapped__(split) for split in parts}
    for split in ("train", "validation"):
        for old, new in zip(before[split], after[split], strict=True):
            assert (old == new).all()
    assert (before["test"][1] != after["test"][1]).all()


def test_validation_on_vowels_does_not_see_the_test(choosing, monkeypatch):
    def validation():
        return choosing.run_vowels(np.random.default_rng(0), "GRU", 21, 0.01)["validation"]

    before, load = validation(), choosing.speech.load
    known, test = load("train"), load("test")
    mixed = test._replace(xs=test.xs[::-1] * 5)
    monkeypatch.setattr(choosing.speech, "load", {"train": known, "test": mixed}.get)
    assert validation() == before


def test_the_first_question_follows_from_the_table(choosing, table):
    """Without recurrence: ahead on the vowels and on the series, far behind on tagging."""
    speech = choosing.speech
    known, test = speech.load("train"), speech.load("test")
    features = speech.BASELINES["logistic, ten points"][1]
    logistic = speech.tune("logistic", features, known)[1]
    wrong = 1 - logistic.score(features(test), test.labels)
    window = np.median(experiments.stored("deeper").where(reader="window 16+0")["accuracy"])
    parts = [choosing.glass(split) for split in ("train", "validation", "test")]
    train, valid, (seen, after) = [(xs[..., 0].T, asked) for xs, asked in parts]
    off = abs(choosing.series.fit_kernel(train, valid, train)(seen) - after).mean()
    for budget in ("updates", "time"):
        for cell in choosing.CELLS:
            assert off < median(choosing, table, "series", budget, cell) / 10
            assert wrong < median(choosing, table, "vowels", budget, cell)
            assert median(choosing, table, "tagging", budget, cell) < 1 - window


def test_the_questions_on_waiting_and_on_reach_follow_from_their_tables():
    deeper, ladder, seq2seq = (experiments.stored(name) for name in ("deeper", "ladder", "seq2seq"))

    def right(reader):
        return np.median(deeper.where(reader=reader, lr=0.015)["accuracy"])

    assert right("window 16+0") < right("wider") < right("delay 2") < right("both ways")
    exact = {
        kind: np.median(seq2seq.where(cell="GRU", attention=kind)["exact"])
        for kind in ("none", "dot")
    }
    assert exact["none"] < 0.7 < 0.9 < exact["dot"]
    for cell in ("LSTM", "GRU"):
        recall = ladder.where(task="delayed recall", cell=cell)
        assert np.isfinite(recall.where(start="chrono")["steps"]).all()
        assert not np.isfinite(recall.where(start="bias 1")["steps"]).any()


def guide() -> dict:
    """Return what the cells of the guide define."""
    found: dict = {}
    for cell in lessons.cells(PAGE):
        if cell["id"] in ("guide-code", "walk-code"):
            exec(cell["source"], found)
    return found


def test_each_question_has_answers_and_the_first_can_end_the_walk():
    found = guide()
    assert list(found["QUESTIONS"]) == list(found["ADVICE"])
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        found["walk"](simple="yes", wait="no")
    assert said.getvalue().count("\n") == 2
    for key, answers in found["ADVICE"].items():
        for answer in answers:
            with contextlib.redirect_stdout(io.StringIO()):
                found["walk"](**{key: answer})


def test_every_answer_of_a_question_stands_in_the_list_too():
    listed = lessons.prose(PAGE)
    for question in guide()["QUESTIONS"].values():
        number = question.split()[0]
        assert f"\n{number}. **" in "\n" + listed
