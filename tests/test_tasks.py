"""Tasks with an answer that can be worked out again: each is, and chance is what is said."""

import itertools

import numpy as np
import pytest

from rnn_core import heads, tasks
from tests.cases import same

TASKS = {  # every task, with its loss and the number of scores it needs
    "adding": (tasks.adding, (12, 5), heads.mean_squared_error, 1),
    "temporal_order": (tasks.temporal_order, (12, 5), heads.softmax_cross_entropy, 4),
    "delayed_recall": (tasks.delayed_recall, (12, 5), heads.softmax_cross_entropy, 8),
    "copy": (tasks.copy, (6, 5), heads.softmax_cross_entropy, 9),
    "parity": (tasks.parity, (12, 5), heads.logistic_cross_entropy, 1),
    "s3_composition": (tasks.s3_composition, (12, 5), heads.softmax_cross_entropy, 6),
    "reber": (tasks.reber, (5,), heads.softmax_cross_entropy, 7),
    "embedded_reber": (tasks.embedded_reber, (2, 5), heads.softmax_cross_entropy, 7),
    "continual_reber": (tasks.continual_reber, (40, 5), heads.softmax_cross_entropy, 7),
    "counting": (tasks.counting, (6, 5), heads.softmax_cross_entropy, 4),
    "echo": (
        lambda *sizes, **options: tasks.echo(*sizes, delay=3, **options),
        (12, 5),
        heads.logistic_cross_entropy,
        1,
    ),
}


def rng(seed=0):
    return np.random.default_rng(seed)


def near(measured, expected, spread, count):
    """Is a mean of `count` independent draws within five standard errors of what is expected?"""
    return abs(measured - expected) < 5 * spread / np.sqrt(count)


def decode(xs, alphabet):
    """Return the one-hot columns of xs as strings; rows of zeros are left out."""
    assert set(np.unique(xs)) <= {0, 1}
    assert set(np.unique(xs.sum(axis=-1))) <= {0, 1}
    return [
        "".join(alphabet[row.argmax()] for row in xs[:, column] if row.any())
        for column in range(xs.shape[1])
    ]


@pytest.mark.parametrize("name", TASKS)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_a_batch_fits_its_loss_and_keeps_its_dtype(name, dtype):
    task, sizes, loss, count = TASKS[name]
    xs, targets, mask, *lengths = task(*sizes, rng=rng(), dtype=dtype)
    assert xs.dtype == mask.dtype == dtype
    assert targets.dtype == (dtype if loss is heads.mean_squared_error else np.int64)
    assert xs.shape[:2] == targets.shape[:2] == mask.shape
    assert mask.shape[1] == 5
    assert set(np.unique(mask)) <= {0, 1}
    for size in lengths:
        assert size.dtype == np.int64
        assert (mask == (np.arange(len(xs))[:, None] < size)).all()
        assert size.max() == len(xs)
        assert not xs[mask == 0].any()
    value, dscores = loss(np.zeros((*mask.shape, count), dtype), targets, mask)
    assert np.isfinite(value)
    assert dscores.dtype == dtype


@pytest.mark.parametrize("name", TASKS)
def test_the_same_rng_draws_the_same_batch_and_another_draws_another(name):
    task, sizes, *_ = TASKS[name]
    first, again, other = (task(*sizes, rng=rng(seed)) for seed in (1, 1, 2))
    parts = [dict(enumerate(batch)) for batch in (first, again, other)]
    assert same(parts[0], parts[1])
    assert first[0].shape != other[0].shape or (first[0] != other[0]).any()


def test_adding_is_the_sum_of_two_marked_numbers_one_in_each_half():
    for steps in (2, 3, 7, 50):
        xs, targets, mask = tasks.adding(steps, 200, rng=rng())
        numbers, marks = xs[..., 0], xs[..., 1]
        np.testing.assert_allclose(targets[-1, :, 0], (numbers * marks).sum(axis=0), rtol=1e-15)
        assert (targets == targets[-1]).all()
        assert (marks[: steps // 2].sum(axis=0) == 1).all()
        assert (marks[steps // 2 :].sum(axis=0) == 1).all()
        assert numbers.min() >= 0
        assert numbers.max() < 1
        assert (mask.sum(axis=0) == mask[-1]).all()
        assert (marks.any(axis=1)).all()  # every place is marked in some sequence


def test_always_answering_one_scores_a_sixth_on_adding():
    count = 200_000
    _, targets, mask = tasks.adding(2, count, rng=rng())
    loss, _ = heads.mean_squared_error(np.ones_like(targets), targets, mask)
    spread = np.sqrt(1 / 15 - 1 / 36)  # E (s − 1)⁴ = 2 E u⁴ + 6 (E u²)² = 1/40 + 1/24 = 1/15
    assert near(loss, 1 / 6, spread, count)
    best, _ = heads.mean_squared_error(np.full_like(targets, targets.mean()), targets, mask)
    assert loss - best < 1e-4  # no other constant does better


@pytest.mark.parametrize("symbols", [2, 3])
@pytest.mark.parametrize("steps", [10, 33, 100])
def test_temporal_order_is_read_off_the_x_and_y(symbols, steps):
    count = 8000
    xs, targets, _ = tasks.temporal_order(steps, count, rng=rng(), symbols=symbols)
    orders = ["".join(order) for order in itertools.product("XY", repeat=symbols)]
    texts = decode(xs, "abcdXYEB")
    assert {text[0] + text[-1] for text in texts} == {"EB"}
    assert {letter for text in texts for letter in text[1:-1]} == set("abcdXY")
    read = ["".join(letter for letter in text if letter in "XY") for text in texts]
    assert [orders.index(order) for order in read] == targets[-1].tolist()
    assert (targets == targets[-1]).all()
    shares = np.bincount(targets[-1], minlength=2**symbols) / count
    assert all(near(share, 1 / 2**symbols, 0.5, count) for share in shares)
    starts = (0.1, 0.5) if symbols == 2 else (0.1, 0.33, 0.66)
    places = np.array([[at for at, k in enumerate(text) if k in "XY"] for text in texts])
    for place, start in zip(places.T, starts, strict=True):
        first, end = int(start * steps + 1e-9), int((start + 0.1) * steps + 1e-9)
        assert set(place) == set(range(first, end))


@pytest.mark.parametrize("same_alphabet", [False, True])
def test_delayed_recall_asks_for_the_first_symbol(same_alphabet):
    options = {"symbols": 3, "same_alphabet": same_alphabet}
    xs, targets, _ = tasks.delayed_recall(6, 6000, rng=rng(), **options)
    texts = decode(xs, "abc" if same_alphabet else "abcxyz")
    assert ["abc"[k] for k in targets[-1]] == [text[0] for text in texts]
    assert {k for text in texts for k in text[1:]} == set("abc" if same_alphabet else "xyz")
    shares = np.bincount(targets[-1]) / 6000
    assert all(near(share, 1 / 3, 0.5, 6000) for share in shares)


@pytest.mark.parametrize(("delay", "symbols", "length"), [(1, 2, 1), (4, 3, 5), (30, 8, 10)])
def test_copy_writes_what_was_read_after_the_go_sign(delay, symbols, length):
    options = {"symbols": symbols, "length": length}
    xs, targets, mask = tasks.copy(delay, 50, rng=rng(), **options)
    alphabet = "abcdefgh"[:symbols] + "_!"
    for column, text in enumerate(decode(xs, alphabet)):
        word = text[:length]
        assert "_" not in word
        assert text == word + "_" * (delay - 1) + "!" + "_" * length
        answer = "".join(alphabet[k] for k in targets[:, column])
        assert answer == "_" * (delay + length) + word
    assert mask.all()


def test_copy_without_memory_costs_what_its_docstring_says():
    delay, count = 30, 400
    _, targets, mask = tasks.copy(delay, count, rng=rng())
    scores = np.full((*targets.shape, 9), -40.0)
    scores[:-10, :, 8] = 0  # blank, for certain
    scores[-10:, :, :8] = 0  # any of eight
    loss, _ = heads.softmax_cross_entropy(scores, targets, mask)
    assert loss == pytest.approx(10 * np.log(8) / (delay + 20), abs=1e-12)
    shares = np.bincount(targets[-10:].ravel()) / (10 * count)
    assert all(near(share, 1 / 8, 0.34, 10 * count) for share in shares)


def test_echo_repeats_the_bits_later():
    xs, targets, mask = tasks.echo(40, 300, delay=7, rng=rng())
    np.testing.assert_array_equal(targets[7:], xs[:-7, :, 0])
    assert not mask[:7].any()
    assert mask[7:].all()
    assert near(xs.mean(), 0.5, 0.5, xs.size)
    loss, _ = heads.logistic_cross_entropy(np.zeros_like(xs), targets, mask)
    assert loss == pytest.approx(np.log(2))


def test_parity_is_the_exclusive_or_of_the_bits_so_far():
    xs, targets, _ = tasks.parity(30, 400, rng=rng())
    bits = xs[..., 0].astype(int)
    odd = np.zeros(400, int)
    for t in range(30):
        odd ^= bits[t]
        np.testing.assert_array_equal(targets[t], odd)
    # Whoever knows one bit alone, the newest, is at chance from the second step on.
    assert near((bits == targets)[1:].mean(), 0.5, 0.5, 400)


def matrix(permutation):
    """Return the matrix that sends unit vector i to unit vector permutation[i]."""
    return np.eye(3, dtype=int)[list(permutation)].T


def test_s3_composition_is_the_product_of_permutation_matrices():
    assert sorted(tasks.S3) == sorted(itertools.permutations(range(3)))
    xs, targets, _ = tasks.s3_composition(25, 600, rng=rng())
    for column in range(40):
        product = np.eye(3, dtype=int)
        for t in range(25):
            product = matrix(tasks.S3[xs[t, column].argmax()]) @ product
            np.testing.assert_array_equal(product, matrix(tasks.S3[targets[t, column]]))
    shares = np.bincount(targets[-1], minlength=6) / 600
    assert all(near(share, 1 / 6, 0.38, 600) for share in shares)


def test_s3_has_pairs_whose_order_matters():
    pairs = itertools.combinations(map(matrix, tasks.S3), 2)
    assert any((p @ q != q @ p).any() for p, q in pairs)


CALLS = {  # argument: what came → the call
    "steps must be at least 2; got 1": lambda: tasks.adding(1, 2, rng=rng()),
    "steps must be a whole number; got 5.0": lambda: tasks.adding(5.0, 2, rng=rng()),
    "steps must be at least 10; got 9": lambda: tasks.temporal_order(9, 2, rng=rng()),
    "symbols must be 2 or 3; got 4": lambda: tasks.temporal_order(20, 2, rng=rng(), symbols=4),
    "symbols must be at least 2; got 1": lambda: tasks.temporal_order(20, 2, rng=rng(), symbols=1),
    "steps must be at least 2; got 1 ": lambda: tasks.delayed_recall(1, 2, rng=rng()),
    "symbols must be at least 2; got 1 ": lambda: tasks.delayed_recall(5, 2, rng=rng(), symbols=1),
    "same_alphabet must be of type bool; got 1": lambda: tasks.delayed_recall(
        5, 2, rng=rng(), same_alphabet=1
    ),
    "delay must be at least 1; got 0": lambda: tasks.copy(0, 2, rng=rng()),
    "length must be at least 1; got 0": lambda: tasks.copy(3, 2, rng=rng(), length=0),
    "symbols must be at least 2; got 1  ": lambda: tasks.copy(3, 2, rng=rng(), symbols=1),
    "steps must be at least 4; got 3": lambda: tasks.echo(3, 2, delay=3, rng=rng()),
    "delay must be at least 1; got -1": lambda: tasks.echo(3, 2, delay=-1, rng=rng()),
    "steps must be at least 1; got 0": lambda: tasks.parity(0, 2, rng=rng()),
    "steps must be at least 1; got 0 ": lambda: tasks.s3_composition(0, 2, rng=rng()),
    "steps must be at least 1; got 0  ": lambda: tasks.continual_reber(0, 2, rng=rng()),
    "repeats must be at least 1; got 0": lambda: tasks.embedded_reber(0, 2, rng=rng()),
    "repeats must be at least 0; got -1": lambda: tasks.reber_legal(np.ones((1, 1, 7)), -1),
    "repeats must be a whole number; got False": lambda: tasks.reber_legal(
        np.ones((1, 1, 7)), False
    ),
    "largest must be at least 4; got 3": lambda: tasks.counting(3, 2, rng=rng(), smallest=4),
    "smallest must be at least 1; got 0": lambda: tasks.counting(3, 2, rng=rng(), smallest=0),
    "letters must be 2 or 3; got 4": lambda: tasks.counting(3, 2, rng=rng(), letters=4),
    "xs must have shape (T, B, 7); got (1, 1, 4)": lambda: tasks.reber_legal(np.ones((1, 1, 4)), 0),
    "xs must be one-hot rows": lambda: tasks.reber_legal(np.ones((1, 1, 7)), 0),
    "xs must be one-hot rows, with rows of zeros only after": lambda: tasks.reber_legal(
        [[[0] * 7], [[1] + [0] * 6]], 0
    ),
    "xs must hold strings of the language; got 'BB' in sequence 0": lambda: tasks.reber_legal(
        [[[1] + [0] * 6]] * 2, 0
    ),
    "xs must have shape (T, B, 4) or (T, B, 5); got (2, 4)": lambda: tasks.counting_legal(
        np.ones((2, 4))
    ),
    "scores must be finite; got nan": lambda: tasks.legal_on_top([[[np.nan]]], [[[1]]]),
    "legal must have shape (1, 1, 2); got (1, 1, 1)": lambda: tasks.legal_on_top(
        [[[0, 1]]], [[[1]]]
    ),
    "legal must be whole numbers from 0 to 1; got 2": lambda: tasks.legal_on_top([[[0]]], [[[2]]]),
}


@pytest.mark.parametrize(("message", "call"), CALLS.items(), ids=CALLS)
def test_a_wrong_call_is_refused_by_name(message, call):
    with pytest.raises((ValueError, TypeError)) as caught:
        call()
    assert message.strip() in str(caught.value)


@pytest.mark.parametrize("name", TASKS)
def test_every_task_checks_its_batch_size_rng_and_dtype_before_it_draws(name):
    task, sizes, *_ = TASKS[name]
    generator = rng()
    before = generator.bit_generator.state
    with pytest.raises(ValueError, match="batch_size must be at least 1; got 0"):
        task(*sizes[:-1], 0, rng=generator)
    with pytest.raises(TypeError, match=r"rng must be a numpy.random.Generator; got 7"):
        task(*sizes, rng=7)
    with pytest.raises(ValueError, match="dtype must be float64 or float32; got int64"):
        task(*sizes, rng=generator, dtype=int)
    assert generator.bit_generator.state == before
