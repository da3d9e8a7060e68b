"""The recordings that ship are those of the seeds, settings and rules the book names."""

import numpy as np
import pytest

from rnn_core import tasks
from rnn_core.pretrained import temporal_order

TABLE, SHIPPED = temporal_order.runs(), temporal_order.load()
SEED = TABLE["shipped_seed"]
RATES = {"RNN": TABLE["rnn_rate"], "LSTM": TABLE["lstm_rate"]}
CHANCE, LAG = 0.25, 89  # from the answer back to the first symbol


@pytest.mark.parametrize("kind", RATES)
def test_the_first_checkpoints_are_trained_anew(kind):
    shipped = SHIPPED[kind]
    again = temporal_order.one(kind, SEED, RATES[kind], temporal_order.AT[:5])
    np.testing.assert_array_equal(again.steps, shipped.steps[:5])
    np.testing.assert_array_equal(again.accuracy, shipped.accuracy[:5])
    for name in ("loss", "sure", "norms"):
        np.testing.assert_allclose(
            getattr(again, name), getattr(shipped, name)[:5], rtol=1e-5, atol=1e-5
        )


def test_the_first_states_are_those_of_the_untrained_cells():
    both = np.stack(
        [temporal_order.held_out()[0][:, temporal_order.example()], temporal_order.twin()], axis=1
    )
    for kind, shipped in SHIPPED.items():
        trace = temporal_order.new_model(kind, SEED).cell.forward(both)
        for letter, values in shipped.states.items():
            by_hand = trace[letter][:, 0, shipped.units]
            np.testing.assert_allclose(values[0], by_hand, atol=0.0051)
        state = trace[next(iter(shipped.states))][..., shipped.units]
        np.testing.assert_allclose(shipped.change[0], state[:, 0] - state[:, 1], atol=0.00051)


def test_the_lstm_finds_the_dependency_and_the_rnn_does_not():
    lstm, rnn = SHIPPED["LSTM"], SHIPPED["RNN"]
    assert lstm.accuracy[-1] >= 0.99
    assert lstm.accuracy[:4].max() < 0.4
    assert rnn.accuracy.max() < 0.4
    assert lstm.loss[-1] < 0.05 < 1.3 < rnn.loss[-1] < 1.45  # ln 4 = 1.386
    assert lstm.sure[-1] > 0.9 > 0.5 > rnn.sure[-1]


def test_the_error_signal_reaches_the_first_symbol_in_the_lstm_alone():
    first = min(temporal_order.marks())
    assert first == temporal_order.T - 1 - LAG
    left = {kind: one.norms[:, first] - one.norms[:, -1] for kind, one in SHIPPED.items()}
    assert left["LSTM"][-1] > -2.5 > -9 > left["RNN"][-1]
    assert left["RNN"].max() < -5


def test_the_first_symbol_lasts_to_the_answer_in_the_lstm_alone():
    first = min(temporal_order.marks())
    size = {kind: np.abs(one.change).max(axis=2) for kind, one in SHIPPED.items()}
    assert size["LSTM"][-1, -1] > 0.5
    assert size["LSTM"][0, -1] < 0.05
    assert (size["RNN"][:, first] > 0.3).all()  # it is seen
    assert (size["RNN"][:, first + 50 :] < 0.01).all()  # and forgotten


def test_the_shipped_seed_is_the_median_of_five_by_the_steps_of_the_lstm():
    solved = {run["seed"]: run["LSTM"]["solved"] for run in TABLE["runs"]}
    assert sorted(solved) == [0, 1, 2, 3, 4]
    assert solved[SEED] == np.median(list(solved.values()))
    assert SHIPPED["LSTM"].reached(temporal_order.SOLVED) == solved[SEED]


def test_no_rnn_solved_it_at_either_rate_nor_in_four_times_the_steps():
    for run in TABLE["runs"]:
        assert run["LSTM"]["solved"] <= 312
        for key in ("RNN", "RNN, longer"):
            assert list(run[key]) == [str(rate) for rate in temporal_order.RNN_RATES]
            assert all(one["solved"] is None and one["best"] < 0.6 for one in run[key].values())


def test_the_rnn_has_the_better_of_its_rates():
    best = {
        rate: np.mean([run["RNN"][str(rate)]["best"] for run in TABLE["runs"]])
        for rate in temporal_order.RNN_RATES
    }
    assert best[TABLE["rnn_rate"]] == max(best.values())


def test_the_note_says_how_many_seeds_and_which_settings():
    taken = [run["LSTM"]["solved"] for run in TABLE["runs"]]
    note = temporal_order.note()
    assert f"5 of 5 seeds, after {min(taken)} to {max(taken)} steps" in note
    assert "0 of 5; in 1248 steps, at both rates, 0 of 10" in note
    assert f"{SEED} is the median" in note
    lstm = SHIPPED["LSTM"]
    steps, right = lstm.steps.tolist(), lstm.accuracy
    high, low = right[steps.index(160)], right[steps.index(176)]
    assert (high, low, min(right[steps.index(160) :])) == (1.0, 226 / 256, low)
    assert "first time at 99 % of 256 held-out" in note
    assert "as seed 4 from 100 % at step 160 to 88 % at step 176." in note


def test_the_example_is_the_first_that_differs_and_the_twin_changes_its_first_symbol():
    xs, targets, _ = temporal_order.held_out()
    example, marks = temporal_order.example(), temporal_order.marks()
    text = "".join("abcdXYEB"[k] for k in xs[:, example].argmax(axis=-1))
    assert {t: text[t] for t in marks} == marks
    assert [text.count(sign) for sign in "XY"] == [1, 1]
    assert not np.isin(targets[-1, :example], (1, 2)).any()
    changed = np.flatnonzero((temporal_order.twin() != xs[:, example]).any(axis=1))
    assert changed.tolist() == [min(marks)]


def test_both_cells_are_given_the_same_batches_and_none_of_the_held_out():
    one, other = (next(temporal_order.batches(SEED)) for _ in range(2))
    for a, b in zip(one, other, strict=True):
        np.testing.assert_array_equal(a, b)
    fresh = tasks.temporal_order(100, 32, rng=np.random.default_rng(1000 + SEED))
    np.testing.assert_array_equal(one[0], fresh[0])
    seen = {column.tobytes() for column in one[0].transpose(1, 0, 2)}
    assert not seen & {c.tobytes() for c in temporal_order.held_out()[0].transpose(1, 0, 2)}


def test_the_files_are_small():
    assert temporal_order.RECORDINGS.stat().st_size < 150_000
    assert temporal_order.RUNS.stat().st_size < 10_000
