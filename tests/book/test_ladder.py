"""The judges of the classic ladder, each with a model that must pass and one that must not."""

from __future__ import annotations

import math

import experiments
import numpy as np
import pytest

from rnn_core import tasks

ladder = experiments.load("ladder")


class Answers:
    """A model that gives these scores, whatever it reads."""

    def __init__(self, scores: np.ndarray) -> None:
        self.scores = scores

    def forward(self, xs, **_):
        return None, self.scores[: len(xs)]


def perfect(batch) -> Answers:
    """Return a model that knows the answers of this batch."""
    targets = batch[1]
    return Answers(targets if targets.ndim == 3 else np.eye(10)[targets])


def blind(batch) -> Answers:
    """Return one that gives every symbol the same score."""
    targets = batch[1]
    return Answers(np.ones_like(targets) if targets.ndim == 3 else np.ones((*targets.shape, 10)))


@pytest.mark.parametrize("name", [name for name in ladder.TASKS if name != ladder.COUNTING])
def test_a_task_is_solved_by_who_knows_the_answers_and_not_by_who_guesses(name):
    task = ladder.TASKS[name]
    batch = task.draw(64, rng=np.random.default_rng(0))
    assert task.solved(task.judge(perfect(batch), batch))
    assert not task.solved(task.judge(blind(batch), batch))


class Counter:
    """Scores of a machine that counts to `most` and takes every larger number for it."""

    def __init__(self, most: int) -> None:
        self.most = most

    def forward(self, xs):
        read = xs[:, 0].argmax(axis=-1)
        scores, a, b = np.zeros((len(xs), 1, 4)), 0, 0
        for t, symbol in enumerate(read):
            a, b = min(a + (symbol == 1), self.most), b + (symbol == 2)
            legal = [1] if symbol == 0 else [1, 2] if not b else [3] if b >= a else [2]
            scores[t, 0, legal] = 1
        return None, scores


@pytest.mark.parametrize("most", [3, 12, 500])
def test_the_reach_of_a_counter_is_how_far_it_counts(most):
    assert ladder.reach(Counter(most)) == min(most, ladder.FAR)
    assert ladder.counted(Counter(most)) == min(most, ladder.SEEN) / ladder.SEEN


def test_a_state_that_overflows_is_no_success():
    assert not ladder.reads(Answers(np.full((9, 1, 4), np.nan)), 3)


def test_streams_are_pieces_that_go_on(monkeypatch):
    monkeypatch.setattr(ladder, "MOST", 4)
    monkeypatch.setattr(ladder, "RESET", 2)
    pieces = list(ladder.batches(ladder.CONTINUAL, np.random.default_rng(0)))
    assert len(pieces) == 4
    for first, second in (pieces[:2], pieces[2:]):
        tasks.reber_legal(np.concatenate([first[0], second[0]]), 1)  # raises if it is no stream


def test_the_stored_numbers_are_what_the_rules_allow():
    for row in experiments.stored("ladder"):
        steps, score = row["steps"], row["score"]
        assert math.isinf(steps) or (steps % ladder.EVERY == 0 and 0 < steps <= ladder.MOST)
        assert 0 <= score <= 1
        assert math.isnan(row["reach"]) == (row["task"] != ladder.COUNTING)
