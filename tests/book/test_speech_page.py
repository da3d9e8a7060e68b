"""Speech: split, scales and settings come from training data; the parts compute what they say."""

from __future__ import annotations

import os
import subprocess
import sys
from types import SimpleNamespace

import experiments
import numpy as np
import pytest

from rnn_core import sweep
from rnn_core.decoding import collapse

speech = experiments.load("speech")
said = experiments.load("speech_ctc")


@pytest.fixture
def spoiled(monkeypatch):
    """Let every number of the test split be another one."""
    test = speech.load("test")
    worse = speech.Speech(7 - 40 * test.xs, (test.labels + 1) % 9, test.lengths)
    true = speech.load
    monkeypatch.setattr(speech, "load", lambda split: worse if split == "test" else true(split))


def trained():
    """Return all that is fitted or chosen before the test is looked at."""
    known = speech.load("train")
    part, valid = speech.halves(known)
    scale, narrow = speech.Scale(known), speech.Scale(part)
    C, made = speech.tune("logistic", speech.mean, known)
    rng = np.random.default_rng(0)
    model = speech.fit("RNN", "last", scale(known), rng, rate=0.005, epochs=1)
    numbers = [valid.xs, scale.mean, scale.deviation, narrow.mean, narrow.deviation]
    numbers += [np.array(C), made[0].mean_, made[0].scale_, made[1].coef_]
    return [*numbers, *model.params.values()]


def test_nothing_fitted_or_chosen_changes_with_the_test_split(request):
    before = trained()
    request.getfixturevalue("spoiled")
    assert all(np.array_equal(a, b) for a, b in zip(before, trained(), strict=True))


def test_the_validation_columns_do_not_change_with_the_test_split(request, monkeypatch):
    monkeypatch.setattr(speech, "EPOCHS", (1, 2))
    arm = {"cell": "frame", "loss": "mean", "rate": 0.005}
    before = speech.run(np.random.default_rng(0), **arm)
    request.getfixturevalue("spoiled")
    after = speech.run(np.random.default_rng(0), **arm)
    same = [name for name in before if before[name] == after[name]]
    assert same == ["loss_1", "loss_2", "valid_1", "valid_2"]


def test_settings_are_chosen_without_the_columns_of_the_test():
    table = experiments.stored("speech")
    rows = [{k: 0.0 if k.startswith("test") else v for k, v in row.items()} for row in table]
    blind = sweep.Table(table.columns, rows)
    for arm in speech.ARMS:
        assert speech.chosen(blind, **arm) == speech.chosen(table, **arm)


def test_the_split_takes_six_utterances_of_each_speaker_and_shares_none():
    known = speech.load("train")
    known = known._replace(xs=np.broadcast_to(np.arange(270.0)[:, None], (26, 270, 12)))
    part, valid = speech.halves(known)
    assert np.bincount(valid.labels).tolist() == [6] * 9
    assert sorted([*part.xs[0, :, 0], *valid.xs[0, :, 0]]) == list(range(270))


def test_a_scale_forgets_padding_and_keeps_it_zero():
    known = speech.load("train")
    scaled = speech.Scale(known)(known)
    frames = scaled.frames()
    assert len(frames) == known.lengths.sum()
    np.testing.assert_allclose([frames.mean(0), frames.std(0) - 1], 0, atol=1e-12)
    assert not scaled.xs[speech.mask_of(known.lengths, len(known.xs)) == 0].any()


def test_the_loss_of_the_mean_score_has_the_right_gradient():
    rng = np.random.default_rng(0)
    scores, owner, labels = rng.normal(size=(1, 6, 9)), np.array([0, 0, 1, 2, 2, 2]), [3, 0, 8]
    targets = (owner, np.array(labels))
    _, gradient = speech.mean_score(scores, targets)
    for place in ((0, 0, 3), (0, 2, 1), (0, 5, 8)):
        nudge = np.zeros_like(scores)
        nudge[place] = 1e-6
        up, down = (speech.mean_score(scores + sign * nudge, targets)[0] for sign in (1, -1))
        assert gradient[place] == pytest.approx((up - down) / 2e-6, abs=1e-8)


def test_prefixes_and_ten_points():
    test = speech.load("test").take(np.arange(3))
    grown = speech.prefixes(test)
    assert len(grown.labels) == test.lengths.sum()
    last = test.lengths.cumsum() - 1
    np.testing.assert_array_equal(grown.xs[:, last], test.xs)
    np.testing.assert_allclose(speech.mean(grown)[0], test.xs[0, 0])
    points = speech.resampled(test).reshape(3, 10, 12)
    for b, length in enumerate(test.lengths):
        at = np.linspace(0, length - 1, 10)
        real = test.xs[:length, b].T
        right = [np.interp(at, np.arange(length), row) for row in real]
        np.testing.assert_allclose(points[b], np.transpose(right))


AEON = """
import numpy as np, sys
from aeon.distances import dtw_distance
sys.path.insert(0, sys.argv[1])
import speech
a, b = speech.load("test").take(np.arange(0, 370, 45)), speech.load("train").take([0, 99, 200, 269])
ours = speech.warped(a, b)
for i in range(len(a.lengths)):
    for j in range(len(b.lengths)):
        x, y = a.xs[: a.lengths[i], i].T, b.xs[: b.lengths[j], j].T
        assert abs(dtw_distance(x, y) - ours[i, j]) < 1e-9
print("alike")
"""


def test_warping_is_that_of_aeon():
    """In a process without Numba's compiler, which not every version of NumPy has."""
    run = subprocess.run(
        [sys.executable, "-c", AEON, str(experiments.HERE)],
        env=os.environ | {"NUMBA_DISABLE_JIT": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.stdout == "alike\n", run.stderr


def test_vowels_are_scaled_by_training_frames_alone(monkeypatch):
    small = {split: said.draw(np.random.default_rng(n), 6) for n, split in enumerate(said.SIZES)}
    monkeypatch.setattr(said, "raw", small.__getitem__)
    said.load.cache_clear()
    before = said.load("train").xs
    frames = before[said.mask_of(small["train"].lengths, len(before)) == 1]
    np.testing.assert_allclose([frames.mean(0), frames.std(0) - 1], 0, atol=1e-12)
    for split in ("valid", "test"):
        small[split] = small[split]._replace(xs=50 * small[split].xs)
    said.load.cache_clear()
    np.testing.assert_array_equal(said.load("train").xs, before)
    said.load.cache_clear()


def test_runs_are_dropped_up_to_the_length_that_is_best():
    utterances = SimpleNamespace(vowels=[[1], [2]])
    path = [np.array([1, 1, 1, 3, 0]), np.array([2, 2, 2, 2])]
    assert said.shortest_run(path, utterances) == 2


def test_the_vowels_are_those_of_the_frames():
    drawn = said.draw(np.random.default_rng(0), 60)
    assert [collapse(path) for path in drawn.frames.T] == drawn.vowels
    assert {k for row in drawn.vowels for k in row} == set(range(1, 11))


def test_a_vowel_is_loudest_at_its_formants():
    for formants in said.FORMANTS.reshape(-1, 3):
        size = abs(said.resonance(formants, said.WIDTHS, 4096))
        hertz = np.fft.rfftfreq(4096, 1 / said.HERTZ)
        peaks = hertz[1:-1][(size[1:-1] > size[:-2]) & (size[1:-1] > size[2:])]
        assert all(abs(peaks - f).min() < 90 for f in formants if min(np.diff(formants)) > 300)


def test_an_alignment_has_as_many_errors_as_the_edit_distance():
    rng = np.random.default_rng(0)
    for _ in range(100):
        a, b = (rng.integers(1, 4, rng.integers(0, 6)).tolist() for _ in range(2))
        pairs = said.aligned(a, b)
        assert [x for x, _ in pairs if x] == a
        assert [y for _, y in pairs if y] == b
        assert sum(x != y for x, y in pairs) == said.decoding.edit_distance(a, b)


def test_other_pages_can_train_and_judge_a_cell():
    share = speech.accuracy("GRU", np.random.default_rng(0), epochs=4, rate=0.01, units=16)
    assert 0.5 < share < 1


def test_the_table_says_what_the_page_says():
    table = experiments.stored("speech")
    best = max(max(table[f"test_{n}"]) for n in speech.EPOCHS)
    known, test = speech.load("train"), speech.load("test")
    found = speech.baselines(known, test)
    assert found["logistic, ten points"][1] > best
