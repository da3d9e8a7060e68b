"""CTC against all K^T paths, finite differences and PyTorch; decoding against all labellings."""

import functools
import importlib
import itertools
import math
from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_core.ctc import (
    collapse,
    ctc,
    edit_distance,
    extend,
    greedy_decode,
    label_error_rate,
    log_probability,
    occupancy,
    paths,
    prefix_beam_decode,
)
from rnn_core.gradcheck import directional_errors
from rnn_core.heads import log_softmax
from tests.cases import SOURCES, fixture

CASES = list(fixture("stored", "ctc"))
SMALL = [(T, K, blank) for T in (1, 2, 3, 4, 5) for K in (1, 2, 3) for blank in {0, K - 1}]


def draw(T, B, K, seed=0):
    return np.random.default_rng(seed).normal(0, 1.5, (T, B, K))


def mask_of(lengths, T):
    return (np.arange(T)[:, None] < np.asarray(lengths)).astype(int)


def labellings(scores, blank):
    """Return the probability of every labelling of one sequence (T, K), path by path."""
    y, found = np.exp(log_softmax(scores[:, None])[:, 0]), defaultdict(float)
    for path in itertools.product(range(scores.shape[1]), repeat=len(scores)):
        merged = [k for k, _ in itertools.groupby(path)]
        labels = tuple(k for k in merged if k != blank)
        found[labels] += math.prod(y[t, k] for t, k in enumerate(path))
    return dict(found)


# --- the loss ---


@pytest.mark.parametrize(("T", "K", "blank"), SMALL)
def test_every_labelling_has_the_probability_of_its_paths(T, K, blank):
    scores = draw(T, 1, K)
    want = labellings(scores[:, 0], blank)
    assert sum(want.values()) == pytest.approx(1, rel=1e-12)
    for labels, p in want.items():
        assert ctc(scores, [labels], blank=blank)[0] == pytest.approx(-math.log(p), abs=1e-12)
    batch = np.repeat(scores, len(want), axis=1)  # all of them at once, long and short together
    log_p = log_probability(batch, list(want), blank=blank)
    np.testing.assert_allclose(np.exp(log_p), list(want.values()), rtol=1e-12)


@functools.cache
def load(source):
    if source == "stored":
        return fixture("stored", "ctc")
    return importlib.import_module("tests.fixtures.make_torch_heads").ctc()


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("source", SOURCES)
def test_loss_and_gradient_equal_pytorch(source, case):
    want = load(source)[case]
    targets = [row[row >= 0] for row in want["targets"]]
    mask, blank = mask_of(want["lengths"], len(want["scores"])), want["blank"].item()
    loss, dscores = ctc(want["scores"], targets, mask, blank=blank)
    assert loss == pytest.approx(want["each"].mean(), rel=1e-10)
    log_p = log_probability(want["scores"], targets, mask, blank=blank)
    np.testing.assert_allclose(-log_p, want["each"], rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(dscores, want["dscores"], rtol=1e-8, atol=1e-12)


def test_fixture_holds_what_is_hard():
    rows = [
        (row[row >= 0], n)
        for case in fixture("stored", "ctc").values()
        for row, n in zip(case["targets"], case["lengths"], strict=True)
    ]
    repeats = [(row[1:] == row[:-1]).sum() for row, _ in rows]
    assert sum(r > 0 for r in repeats) >= 10
    assert sum(len(row) == 0 for row, _ in rows) >= 10
    assert sum(len(row) + r == n for (row, n), r in zip(rows, repeats, strict=True)) >= 6
    assert len({int(n) for _, n in rows}) >= 6


@pytest.mark.parametrize(
    ("T", "targets", "lengths"),
    [
        (1, [[1]], [1]),
        (6, [[1, 1, 2], [3], []], [6, 4, 5]),
        (5, [[2, 2, 2]], [5]),
        (9, [[1, 2, 3], [3, 3], [2, 1]], [9, 3, 2]),
        (4, [[], [1]], [0, 4]),
    ],
)
def test_gradient_by_finite_differences(T, targets, lengths):
    scores, mask = draw(T, len(targets), 4), mask_of(lengths, T)
    errors = directional_errors(
        lambda: ctc(scores, targets, mask)[0],
        {"scores": scores},
        {"scores": ctc(scores, targets, mask)[1]},
        rng=np.random.default_rng(1),
        directions=5,
    )
    assert errors["scores"] < 1e-6


def test_the_mean_is_over_sequences_whatever_their_lengths():
    scores, targets, mask = draw(7, 3, 4), [[1, 2, 3], [2], []], mask_of([7, 4, 2], 7)
    loss, dscores = ctc(scores, targets, mask)
    alone = [
        ctc(scores[:n, b : b + 1], [targets[b]]) for b, n in enumerate(mask.sum(axis=0).tolist())
    ]
    assert loss == pytest.approx(np.mean([one[0] for one in alone]), rel=1e-12)
    for b, (_, d) in enumerate(alone):
        np.testing.assert_allclose(dscores[: len(d), b : b + 1], d / 3, rtol=1e-12, atol=1e-15)


def test_masked_steps_count_nowhere():
    scores, targets, mask = draw(6, 2, 3), [[1], [2, 2]], mask_of([2, 5], 6)
    loss, dscores = ctc(scores, targets, mask)
    assert (dscores[mask == 0] == 0).all()
    assert (np.abs(dscores[mask == 1]).max(axis=-1) > 0).all()
    scores[mask == 0] = 1e3
    assert ctc(scores, targets, mask.astype(bool))[0] == loss


def test_worked_by_hand():
    # 3 of 4 paths collapse to [1], 1 of 9 to [1, 2], and 1 of 8, the path 1 0 1, to [1, 1].
    assert ctc(np.zeros((2, 1, 2)), [[1]])[0] == pytest.approx(-math.log(3 / 4))
    assert ctc(np.zeros((2, 1, 3)), [[1, 2]])[0] == pytest.approx(-math.log(1 / 9))
    assert ctc(np.zeros((3, 1, 2)), [[1, 1]])[0] == pytest.approx(-math.log(1 / 8))
    assert str(ctc(np.zeros((3, 1, 1)), [[]])[0]) == "0.0"  # not -0.0
    scores = np.log([[[0.5, 0.3, 0.2]], [[0.1, 0.6, 0.3]]])
    p = 0.5 * 0.6 + 0.3 * 0.1 + 0.3 * 0.6  # 0 1, 1 0, 1 1
    loss, dscores = ctc(scores, [[1]])
    assert loss == pytest.approx(-math.log(p))
    want = [0.5 - 0.3 / p, 0.3 - 0.21 / p, 0.2]
    np.testing.assert_allclose(dscores[0, 0], want, rtol=1e-12)


def test_long_sequences_stay_finite():
    scores, targets = draw(2000, 2, 5), [[1, 2, 3, 4, 4] * 60, []]
    loss, dscores = ctc(scores, targets)
    assert math.isfinite(loss)
    assert loss > 1000
    assert np.isfinite(dscores).all()
    np.testing.assert_allclose(dscores.sum(axis=-1), 0, atol=1e-11)
    errors = directional_errors(
        lambda: ctc(scores, targets)[0],
        {"scores": scores},
        {"scores": dscores},
        rng=np.random.default_rng(1),
        step=1e-3,  # of a loss of thousands the digits after the point are few
        directions=1,
    )
    assert errors["scores"] < 1e-6


@pytest.mark.parametrize("size", [1e3, 1e30])
def test_extreme_scores_stay_finite(size):
    scores = size * np.eye(3)[[0, 1, 1, 2]][:, None]
    loss, dscores = ctc(scores, [[1, 2]])
    assert loss == pytest.approx(0, abs=1e-12)
    np.testing.assert_allclose(dscores, 0, atol=1e-12)
    loss, dscores = ctc(scores, [[2, 1]])
    # At best two steps of four are wrong: 0 2 1 0, 0 2 1 1, 2 1 1 0 and 2 1 1 1.
    assert loss == pytest.approx(2 * size - math.log(4), rel=1e-12)
    assert np.isfinite(dscores).all()


def test_float32_stays_and_is_as_exact_as_float32_can_be():
    scores, targets = draw(300, 2, 6).astype(np.float32), [[1, 2, 2, 5], []]
    loss, dscores = ctc(scores, targets)
    exact, dexact = ctc(scores.astype(np.float64), targets)
    assert (type(loss), dscores.dtype) == (float, np.float32)
    assert loss == exact
    np.testing.assert_array_equal(dscores, dexact.astype(np.float32))
    assert log_probability(scores, targets).dtype == np.float32
    assert occupancy(scores, targets).dtype == np.float32


def test_arguments_are_left_alone():
    scores, mask, targets = draw(5, 2, 3), mask_of([5, 3], 5), [[1, 2], [2]]
    before = scores.tobytes(), mask.tobytes()
    ctc(scores, targets, mask)
    prefix_beam_decode(scores, mask)
    assert before == (scores.tobytes(), mask.tobytes())
    assert targets == [[1, 2], [2]]
    assert ctc(scores, np.array([[1, 2], [2, 1]]))[0] == ctc(scores, [(1, 2), (2, 1)])[0]


def test_training_on_the_gradient_finds_the_target():
    scores, targets, mask = draw(12, 2, 4), [[1, 1, 2], [3]], mask_of([12, 9], 12)
    for _ in range(300):
        scores -= 2 * ctc(scores, targets, mask)[1]
    assert ctc(scores, targets, mask)[0] < 0.05
    assert greedy_decode(scores, mask) == targets


# --- occupancy, paths, collapse ---


@pytest.mark.parametrize("labels", [[], [1], [1, 1], [1, 2]])
def test_occupancy_is_the_share_of_paths_in_a_state(labels):
    scores = draw(4, 1, 3)
    log_probs, want = log_softmax(scores)[:, 0], np.zeros((4, 2 * len(labels) + 1))
    for path in paths(labels, 4):
        p = math.exp(sum(log_probs[t, k] for t, k in enumerate(path)))
        state = 0 if path[0] == 0 else 1
        for t, k in enumerate(path):
            if t and k != path[t - 1]:
                state += 1 if 0 in (k, path[t - 1]) else 2
            want[t, state] += p
    np.testing.assert_allclose(occupancy(scores, [labels])[:, 0], want / want[0].sum(), rtol=1e-12)


def test_occupancy_sums_to_one_where_a_step_counts():
    targets, mask = [[1, 2, 2], [1], []], mask_of([8, 5, 1], 8)
    gamma = occupancy(draw(8, 3, 3), targets, mask)
    assert gamma.shape == (8, 3, 7)
    np.testing.assert_allclose(gamma.sum(axis=-1), mask, atol=1e-12)
    for b, row in enumerate(targets):
        assert (gamma[:, b, len(extend(row)) :] == 0).all()


@pytest.mark.parametrize(("T", "K", "blank"), SMALL)
def test_paths_are_all_those_that_collapse_to_the_labels(T, K, blank):
    every, found = itertools.product(range(K), repeat=T), defaultdict(list)
    for path in every:
        found[tuple(collapse(path, blank))].append(list(path))
    for labels, want in found.items():
        assert sorted(paths(labels, T, blank=blank)) == want
    assert paths([k for k in range(K) if k != blank] * 6, T, blank=blank) == (
        [] if K > 1 else [[blank] * T]
    )


def test_collapse_and_extend_by_hand():
    assert collapse([]) == []
    assert collapse([0, 0]) == []
    assert collapse(np.array([1, 1, 0, 1, 2, 2, 0])) == [1, 1, 2]
    assert collapse([2, 2, 0, 2, 1], blank=2) == [0, 1]
    assert extend([]) == [0]
    assert extend("ab", blank="-") == ["-", "a", "-", "b", "-"]


# --- decoding ---


@pytest.mark.parametrize(("T", "K", "blank"), SMALL)
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_wide_beam_finds_the_best_labelling(T, K, blank, seed):
    scores = draw(T, 1, K, seed)
    want = labellings(scores[:, 0], blank)
    best = max(want, key=want.__getitem__)
    [(labels, log_p)] = prefix_beam_decode(scores, beam_width=K**T, blank=blank)
    assert tuple(labels) == best
    assert math.exp(log_p) == pytest.approx(want[best], rel=1e-12)


def test_the_beam_is_right_where_greedy_is_wrong():
    scores = np.log([[[0.6, 0.4]], [[0.6, 0.4]]])
    assert greedy_decode(scores) == [[]]  # p = 0.36
    for width in (2, 10):
        [(labels, log_p)] = prefix_beam_decode(scores, beam_width=width)
        assert labels == [1]
        assert math.exp(log_p) == pytest.approx(0.64, rel=1e-12)
    [(labels, log_p)] = prefix_beam_decode(scores, beam_width=1)  # drops [1] after step 0
    assert labels == []
    assert math.exp(log_p) == pytest.approx(0.36, rel=1e-12)


def test_a_narrow_beam_counts_fewer_paths():
    rng, lower = np.random.default_rng(0), 0
    for _ in range(30):
        scores = rng.normal(0, 0.3, (6, 1, 4))
        found = [prefix_beam_decode(scores, beam_width=w)[0] for w in (1, 3, 4**6)]
        exact = [log_probability(scores, [labels]).item() for labels, _ in found]
        assert all(log_p <= true + 1e-12 for (_, log_p), true in zip(found, exact, strict=True))
        assert max(exact) == exact[2] == pytest.approx(found[2][1], rel=1e-12)
        lower += found[0][1] < exact[0] - 1e-6
    assert lower > 10


def test_decoding_stops_at_the_end_of_each_sequence():
    scores, mask = draw(7, 3, 3), mask_of([7, 3, 0], 7)
    for decode in (greedy_decode, prefix_beam_decode):
        found = decode(scores, mask)
        alone = [decode(scores[:n, b : b + 1])[0] for b, n in ((0, 7), (1, 3))]
        assert found[:2] == alone
    assert greedy_decode(scores, mask)[2] == []
    assert prefix_beam_decode(scores, mask)[2] == ([], 0.0)


def test_greedy_decode_by_hand():
    best = np.array([[1, 0], [1, 2], [0, 2], [1, 1]])
    assert greedy_decode(np.eye(3)[best]) == [[1, 1], [2, 1]]
    assert greedy_decode(np.eye(3)[best], blank=2) == [[1, 0, 1], [0, 1]]


def test_a_beam_on_long_sequences_agrees_with_the_loss():
    scores = 4 * draw(200, 1, 4)
    [(labels, log_p)] = prefix_beam_decode(scores, beam_width=20)
    exact = log_probability(scores, [labels]).item()
    assert log_p <= exact + 1e-9
    assert log_p >= log_probability(scores, greedy_decode(scores)).item() - 1


# --- errors of labels ---


@pytest.mark.parametrize(
    ("a", "b", "want"),
    [
        ("", "", 0),
        ("", "abc", 3),
        ("abc", "abc", 0),
        ("kitten", "sitting", 3),
        ("flaw", "lawn", 2),
        ([1, 2, 3], np.array([1, 3]), 1),
        ([1, 2], [2, 1], 2),
    ],
)
def test_edit_distance_by_hand(a, b, want):
    assert edit_distance(a, b) == edit_distance(b, a) == want


def recursive_distance(a, b):
    if not a or not b:
        return len(a) + len(b)
    return min(
        recursive_distance(a[1:], b) + 1,
        recursive_distance(a, b[1:]) + 1,
        recursive_distance(a[1:], b[1:]) + (a[0] != b[0]),
    )


words = st.lists(st.integers(0, 2), max_size=5)


@given(words, words, words)
@settings(deadline=None, max_examples=60)
def test_edit_distance_is_the_least_and_a_distance(a, b, c):
    assert edit_distance(a, b) == recursive_distance(a, b)
    assert edit_distance(a, c) <= edit_distance(a, b) + edit_distance(b, c)


def test_label_error_rate_by_hand():
    assert label_error_rate([[1, 2], []], [[1, 2], []]) == 0
    assert label_error_rate([[], [5]], [[1, 2, 3], [4]]) == 1
    assert label_error_rate([[1, 1, 1]], [[2]]) == 3
    assert label_error_rate(np.array([[1, 2], [3, 4]]), np.array([[1, 2], [3, 5]])) == 0.25


# --- any shape ---


@st.composite
def problems(draw):
    T, B, K = (draw(st.integers(1, 9)) for _ in range(3))
    blank, dtype = draw(st.integers(0, K - 1)), draw(st.sampled_from([np.float64, np.float32]))
    label = st.sampled_from([k for k in range(K) if k != blank] or [None])
    targets, lengths = [], []
    for _ in range(B):
        row = draw(st.lists(label, max_size=T)) if K > 1 else []
        while len(row) + sum(a == b for a, b in itertools.pairwise(row)) > T:
            row.pop()
        need = len(row) + sum(a == b for a, b in itertools.pairwise(row))
        targets.append(row)
        lengths.append(draw(st.integers(max(need, 1), T)))
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    return rng.standard_normal((T, B, K)).astype(dtype), targets, mask_of(lengths, T), blank


@given(problems())
@settings(deadline=None, max_examples=80)
def test_any_shape(problem):
    scores, targets, mask, blank = problem
    loss, dscores = ctc(scores, targets, mask, blank=blank)
    assert loss >= 0
    assert (dscores.shape, dscores.dtype) == (scores.shape, scores.dtype)
    np.testing.assert_allclose(dscores.sum(axis=-1), 0, atol=1e-6)
    gamma = occupancy(scores, targets, mask, blank=blank)
    np.testing.assert_allclose(gamma.sum(axis=-1), mask, atol=1e-5)
    log_p = log_probability(scores, targets, mask, blank=blank)
    assert -log_p.mean() == pytest.approx(loss, rel=1e-5, abs=1e-6)
    found = prefix_beam_decode(scores, mask, beam_width=3, blank=blank)
    exact = log_probability(scores, [labels for labels, _ in found], mask, blank=blank)
    assert all(p <= true + 1e-5 for (_, p), true in zip(found, exact, strict=True))


# --- wrong calls ---

SCORES = draw(4, 2, 3)
GOOD = [[1], [2]]
CALLS = {
    "scores must have shape (T, B, K); got (4, 3)": lambda: ctc(SCORES[:, 0], GOOD),
    "scores must be finite; got nan": lambda: ctc(SCORES * float("nan"), GOOD),
    "scores must be an array of real numbers": lambda: ctc("scores", GOOD),
    "scores must have shape (T, B, K), each size at least 1": lambda: ctc(SCORES[:0], GOOD),
    "targets must have 2 sequences, one for each of B; got 1": lambda: ctc(SCORES, [[1]]),
    "targets must be a sequence; got 3": lambda: ctc(SCORES, 3),
    "targets must be a sequence; got None": lambda: ctc(SCORES, None),
    "targets[1] must be an array of real numbers": lambda: ctc(SCORES, [[1], "a"]),
    "targets[1] must have shape (L,); got ()": lambda: ctc(SCORES, [[1], 2]),
    "targets[0] must have shape (L,); got (1, 1)": lambda: ctc(SCORES, [[[1]], [2]]),
    "targets[1] must be whole numbers from 0 to 2; got 3": lambda: ctc(SCORES, [[1], [3]]),
    "targets[0] must be whole numbers from 0 to 2; got -1": lambda: ctc(SCORES, [[-1], [1]]),
    "targets[0] must be whole numbers from 0 to 2; got 0.5": lambda: ctc(SCORES, [[0.5], [1]]),
    "targets[1] must be finite; got nan": lambda: ctc(SCORES, [[1], [float("nan")]]),
    "targets[1] must not hold the blank, 0; got [2, 0]": lambda: ctc(SCORES, [[1], [2, 0]]),
    "targets[0] must not hold the blank, 1; got [1]": lambda: ctc(SCORES, GOOD, blank=1),
    "targets[1] must fit in the 4 steps of its sequence; got 3 labels and 2 blanks between "
    "equal ones, 5 steps in all": lambda: ctc(SCORES, [[1], [2, 2, 2]]),
    "targets[0] must fit in the 1 steps of its sequence; got 2 labels": lambda: ctc(
        SCORES, [[1, 2], [1]], mask_of([1, 4], 4)
    ),
    "targets[1] must fit in the 0 steps of its sequence": lambda: occupancy(
        SCORES, GOOD, mask_of([4, 0], 4)
    ),
    "mask must have shape (4, 2); got (2, 4)": lambda: ctc(SCORES, GOOD, np.ones((2, 4))),
    "mask must be whole numbers from 0 to 1; got 0.5": lambda: ctc(
        SCORES, GOOD, np.full((4, 2), 0.5)
    ),
    "mask must be 1 and then 0 along each sequence; got 0 and then 1 after step 1 of sequence 0": (
        lambda: ctc(SCORES, GOOD, [[1, 1], [0, 1], [1, 1], [1, 1]])
    ),
    "mask must have at least one step that counts; got only 0": lambda: ctc(
        SCORES, [[], []], np.zeros((4, 2))
    ),
    "blank must be from 0 to 2; got 3": lambda: ctc(SCORES, GOOD, blank=3),
    "blank must be from 0 to 2; got -1": lambda: greedy_decode(SCORES, blank=-1),
    "blank must be a whole number; got None": lambda: prefix_beam_decode(SCORES, blank=None),
    "blank must be a whole number; got True": lambda: log_probability(SCORES, GOOD, blank=True),
    "beam_width must be at least 1; got 0": lambda: prefix_beam_decode(SCORES, beam_width=0),
    "beam_width must be a whole number; got 2.5": lambda: prefix_beam_decode(
        SCORES, beam_width=2.5
    ),
    "mask must be 1 and then 0 along each sequence; got 0 and then 1 after step 0 of sequence 1": (
        lambda: greedy_decode(SCORES, [[1, 0], [1, 1], [1, 1], [1, 1]])
    ),
    "scores must be finite; got inf": lambda: greedy_decode(np.full((2, 1, 2), np.inf)),
    "path must be a sequence; got 3": lambda: collapse(3),
    "path must be one sequence of labels; got [1] in it": lambda: collapse(np.ones((2, 1), int)),
    "labels must not hold the blank, 0; got [1, 0]": lambda: extend([1, 0]),
    "labels must not hold the blank, '-'": lambda: paths("a-b", 3, blank="-"),
    "steps must be at least 1; got 0": lambda: paths([1], 0),
    "a must be a sequence; got 1": lambda: edit_distance(1, [1]),
    "b must be one sequence of labels; got [1] in it": lambda: edit_distance([1], [[1]]),
    "decoded must have 2 sequences; got 1": lambda: label_error_rate([[1]], [[1], [2]]),
    "decoded[0] must be one sequence of labels; got [1] in it": lambda: label_error_rate(
        [([1], -0.5)], [[1]]
    ),
    "targets must hold at least one label; got none": lambda: label_error_rate([[1]], [[]]),
    "targets[0] must be a sequence; got 1": lambda: label_error_rate([[1]], [1]),
}


@pytest.mark.parametrize("message", CALLS)
def test_wrong_calls_are_refused_by_name(message):
    with pytest.raises((TypeError, ValueError)) as error:
        CALLS[message]()
    assert str(error.value).startswith(message)
