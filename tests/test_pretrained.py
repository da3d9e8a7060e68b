"""The shipped inside-string model still reaches what the book says of it."""

import numpy as np
import pytest

from rnn_core import data
from rnn_core.pretrained import baselines, inside_string

TABLE = inside_string.runs()
SHIPPED = next(run for run in TABLE["runs"] if run["seed"] == TABLE["shipped_seed"])
NEAR = 0.01  # the standard library's texts differ a little between versions of Python


@pytest.fixture(scope="module")
def model():
    return inside_string.load()


@pytest.mark.parametrize("split", ["validation", "test"])
def test_shipped_weights_reach_the_score_in_the_table(model, split):
    measured = inside_string.score_model(model, split)
    assert measured == pytest.approx(list(SHIPPED[split].values()), abs=NEAR)


def test_the_shipped_run_is_the_median_of_five_by_validation_f1():
    f1 = {run["seed"]: run["validation"]["f1"] for run in TABLE["runs"]}
    assert sorted(f1) == [0, 1, 2, 3, 4]
    assert f1[TABLE["shipped_seed"]] == np.median(list(f1.values()))


def test_every_run_beats_every_baseline_on_held_out_modules():
    worst = {k: min(run["test"][k] for run in TABLE["runs"]) for k in ("accuracy", "f1")}
    for name, score in TABLE["baselines"].items():
        assert worst["accuracy"] > score["accuracy"] + 0.1, name
        assert worst["f1"] > score["f1"] + 0.2, name


@pytest.mark.parametrize("name", ["never", "odd_quotes", "window_table"])
def test_baselines_reach_the_score_in_the_table(name):
    rule = getattr(baselines, name)
    if name == "window_table":
        rule = rule(TABLE["window_width"])
    measured = baselines.score(rule, "test")
    assert measured == pytest.approx(list(TABLE["baselines"][name].values()), abs=NEAR)


def test_unit_correlations_are_those_in_the_table(model):
    measured = inside_string.unit_correlations(model, "test")
    np.testing.assert_allclose(measured, TABLE["unit_correlations"]["test"], atol=0.05)


def test_model_is_small_enough_to_look_at(model):
    assert model.cell.hidden_size == TABLE["units"] <= 24
    assert inside_string.WEIGHTS.stat().st_size < 60_000


def test_training_is_repeatable_and_learns():
    one, two = (inside_string.fit(0, steps=3, progress=False) for _ in range(2))
    for name, value in one.params.items():
        np.testing.assert_array_equal(value, two.params[name])
    learned = inside_string.fit(0, steps=400, progress=False)
    text = data.python_source("validation")[-1]
    said = inside_string.probability(learned, text.text) > 0.5
    majority = max(text.inside.mean(), 1 - text.inside.mean())
    # Seeds, and the rounding of one engine or another, reach from 0.04 to 0.09 above it.
    assert (said == text.inside).mean() > majority + 0.02


def test_odd_quotes_by_hand():
    said = baselines.odd_quotes("a = 'b'\n# don't\nc")
    assert "".join(map(str, said.astype(int))) == "00001110000001110"


def test_window_table_knows_what_it_has_seen_and_no_more():
    rule = baselines.window_table(2)
    assert rule("x").tolist() == [False]
    with pytest.raises(ValueError, match=r"width must be from 1 to 9; got 10"):
        baselines.window_table(10)


def test_score_counts_by_hand(monkeypatch):
    inside = np.array([True, True, False, False])
    monkeypatch.setattr(data, "python_source", lambda split: [data.Source("m", "abcd", inside)])
    measured = baselines.score(lambda text: np.array([True, False, True, False]), "test")
    assert measured == (0.5, 0.5)
