"""Reber strings and counting strings against oracles that share no code with them."""

import itertools
import re

import numpy as np
import pytest

from rnn_core import heads, tasks
from tests.test_tasks import decode, near, rng

REBER = "BTPSXVE"
# Worked out from the grammar's picture by hand: loops become stars.
INNER = "B(?:TS*X(?:S|XT*V(?:PXT*V)*(?:PS|V))|PT*V(?:PXT*V)*(?:PS|V))E"
WAYS_OUT = ["", "E", "SE", "VE", "XSE", "VVE", "TXSE"]  # the shortest from each node to the end


def language(repeats):
    """Return the regular expression of the strings; 0 is the grammar that is not embedded."""
    if repeats == 0:
        return INNER
    return "B(?:" + "|".join(f"{o}(?:{INNER}){{{repeats}}}{o}" for o in "TP") + ")E"


def endings(repeats):
    """Return strings, one of which completes any beginning of a string."""
    if repeats == 0:
        return WAYS_OUT
    rest = ["BTXSE" * count + outer + "E" for count in range(repeats + 1) for outer in "TP"]
    after = ["", "E", "TE", "PE", *rest, "T" + "BTXSE" * repeats + "TE"]
    return [way + tail for way in WAYS_OUT for tail in after]


def strings(xs, targets, lengths):
    """Return what was read, and the last symbol that was to be foretold."""
    last = targets[lengths - 1, np.arange(len(lengths))]
    return [text + REBER[k] for text, k in zip(decode(xs, REBER), last, strict=True)]


def draw(repeats, count, seed=0):
    sizes = (count,) if repeats == 0 else (repeats, count)
    return (tasks.embedded_reber if repeats else tasks.reber)(*sizes, rng=rng(seed))


@pytest.mark.parametrize("repeats", [0, 1, 2, 4])
def test_every_string_is_in_the_language_and_targets_are_the_next_symbols(repeats):
    xs, targets, mask, lengths = draw(repeats, 300)
    texts = strings(xs, targets, lengths)
    assert [text for text in texts if not re.fullmatch(language(repeats), text)] == []
    for column, text in enumerate(texts):
        read = "".join(REBER[k] for k in targets[: lengths[column], column])
        assert read == text[1:]
    if repeats:
        gaps = [len(text) - 3 for text in texts]  # from the outer symbol to its return
        assert min(gaps) >= 5 * repeats + 1
    assert mask.sum() == lengths.sum()


def test_all_short_strings_are_drawn_and_no_other():
    xs, targets, _, lengths = draw(0, 12_000)
    drawn = {text for text in strings(xs, targets, lengths) if len(text) <= 8}
    middles = (m for size in range(7) for m in itertools.product("TPSXV", repeat=size))
    possible = {text for m in middles if re.fullmatch(INNER, text := f"B{''.join(m)}E")}
    assert drawn == possible
    assert len(possible) == 16  # counted by hand: 8 that begin with BT, 8 with BP


def test_each_edge_has_the_same_chance():
    xs, targets, _, lengths = draw(0, 12_000)
    texts = strings(xs, targets, lengths)
    for text, choices in {"BTXSE": 3, "BPVVE": 3, "BTSXSE": 4, "BPTVPSE": 5}.items():
        chance = 2.0**-choices
        assert near(texts.count(text) / 12_000, chance, np.sqrt(chance), 12_000)


@pytest.mark.parametrize("repeats", [0, 1, 3])
def test_legal_symbols_are_those_from_which_a_string_can_be_ended(repeats):
    xs, targets, mask, lengths = draw(repeats, 12, seed=3)
    legal = tasks.reber_legal(xs, repeats)
    assert not legal[mask == 0].any()
    whole, ends = re.compile(language(repeats)), endings(repeats)
    for column, text in enumerate(strings(xs, targets, lengths)):
        for step in range(lengths[column]):
            possible = {
                symbol
                for symbol in REBER
                if any(whole.fullmatch(text[: step + 1] + symbol + end) for end in ends)
            }
            found = {REBER[k] for k in np.flatnonzero(legal[step, column])}
            assert found == possible, text[: step + 1]


@pytest.mark.parametrize("repeats", [1, 2])
def test_a_stream_is_strings_end_to_end(repeats):
    xs, targets, mask = tasks.continual_reber(400, 6, rng=rng(), repeats=repeats)
    whole = re.compile(language(repeats))
    for column, text in enumerate(decode(xs, REBER)):
        assert len(text) == 400
        assert text[1:] == "".join(REBER[k] for k in targets[:-1, column])
        start = 0
        while found := whole.match(text, start):
            start = found.end()
        assert 400 - start < 90  # the last string is cut
        assert start > 200
    assert mask.all()
    legal = tasks.reber_legal(xs, repeats)
    assert (np.take_along_axis(legal, targets[..., None], -1) == 1).all()


def test_who_forgets_the_outer_symbol_is_right_half_of_the_time():
    xs, targets, _ = tasks.continual_reber(300, 200, rng=rng())
    legal = tasks.reber_legal(xs, 1)
    outer_symbols = [REBER.index("T"), REBER.index("P")]
    outer = (legal.sum(axis=-1) == 1) & np.isin(targets, outer_symbols)
    always_t = legal.copy()
    always_t[outer] = np.eye(7)[outer_symbols[0]]
    right = tasks.legal_on_top(always_t, legal)
    assert right[~outer].all()
    assert near(right[outer].mean(), 0.5, 0.5, outer.sum())
    undecided = legal.copy()
    undecided[outer] = np.eye(7)[outer_symbols].sum(axis=0)
    assert not tasks.legal_on_top(undecided, legal)[outer].any()


def test_knowing_the_grammar_costs_ln_2_where_two_symbols_are_legal():
    xs, targets, mask, _ = draw(1, 100)
    legal = tasks.reber_legal(xs, 1)
    ways = legal.sum(axis=-1)
    assert set(ways[mask == 1]) == {1, 2}
    loss, _ = heads.softmax_cross_entropy(np.where(legal, 0.0, -50.0), targets, mask)
    assert loss == pytest.approx(np.log(2) * (ways[mask == 1] == 2).mean(), abs=1e-12)
    uniform, _ = heads.softmax_cross_entropy(np.zeros_like(xs), targets, mask)
    assert uniform == pytest.approx(np.log(7))


def test_legal_on_top_by_hand():
    scores = [[[3, 2, 1], [3, 1, 2], [1, 1, 0], [0, 0, 0], [1, 2, 3]]]
    legal = [[[1, 1, 0], [1, 1, 0], [1, 0, 0], [1, 1, 1], [0, 0, 1]]]
    assert tasks.legal_on_top(scores, legal).tolist() == [[True, False, False, True, True]]


@pytest.mark.parametrize("letters", [2, 3])
def test_counting_strings_have_as_many_of_each_letter(letters):
    alphabet = "SabT" if letters == 2 else "SabcT"
    xs, targets, _, lengths = tasks.counting(5, 3000, rng=rng(), smallest=2, letters=letters)
    numbers = (lengths - 1) // letters
    for column, text in enumerate(decode(xs, alphabet)):
        assert text == "S" + "".join(letter * numbers[column] for letter in alphabet[1:-1])
        answer = "".join(alphabet[k] for k in targets[: lengths[column], column])
        assert answer == text[1:] + "T"
    shares = np.bincount(numbers)[2:] / 3000
    assert len(shares) == 4
    assert all(near(share, 1 / 4, 0.44, 3000) for share in shares)


@pytest.mark.parametrize("letters", [2, 3])
def test_legal_symbols_of_counting_and_the_score_of_who_does_not_count(letters):
    alphabet = "SabcT"[: letters + 1] + "T"
    xs, _, mask, lengths = tasks.counting(6, 60, rng=rng(), letters=letters)
    legal = tasks.counting_legal(xs)
    for column, text in enumerate(decode(xs, alphabet)):
        n = text.count("a")
        whole = text + "T"
        expected = [{"a"}, *[{"a", "b"}] * n, *[{symbol} for symbol in whole[n + 2 :]]]
        rows = legal[: lengths[column], column]
        assert [{alphabet[k] for k in np.flatnonzero(row)} for row in rows] == expected
    assert not legal[mask == 0].any()
    goes_on = np.where(xs[..., 1:2] == 1, legal, xs)  # after an a: a or b; else the same letter
    goes_on[0] = legal[0]
    right = tasks.legal_on_top(goes_on, legal) & (mask == 1)
    share = right.sum(axis=0) / lengths
    np.testing.assert_allclose(share, 1 - (letters - 1) / lengths)
    assert (share < 1).all()


def test_a_string_of_another_language_is_refused():
    xs, *_ = tasks.counting(3, 1, rng=rng(), smallest=3)
    wrong = xs.copy()
    wrong[5] = xs[0]
    with pytest.raises(ValueError, match="got 'SaaabS' in sequence 0"):
        tasks.counting_legal(wrong)
    with pytest.raises(ValueError, match="must hold strings of the language; got 'B"):
        tasks.reber_legal(draw(0, 1)[0], 1)
