"""The text reading view in Python: its values are the trace's, and a model reads any text anew."""

import gzip
import json
import re
from html import unescape

import numpy as np
import pytest
from traitlets import TraitError

from rnn_core import GRU, LSTM, RNN, data, palette
from rnn_core.pretrained import inside_string
from rnn_core.widgets import Follows, TextView
from rnn_core.widgets.packing import unpack
from tests.figures.text_view import TEXT, make
from tests.test_palette import contrast

UNITS = 12


def trace_of(text: str = TEXT):
    return inside_string.load().forward(data.one_hot(text))[0]


def words(view: TextView) -> str:
    """Return the text of the view without its markup."""
    text = re.sub(r'<div class="rnnw-page".*?</div>', "", view.drawing(), flags=re.DOTALL)
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", text)))


def spans(view: TextView) -> list[tuple[str, str]]:
    """Return, for each character, the attributes and the sign that are drawn."""
    page = re.search(r'<div class="rnnw-page"[^>]*>(.*?)</div>', view.drawing(), re.DOTALL)[1]
    return [(kind, unescape(sign)) for kind, sign in re.findall(r"<span(.*?)>(.*?)</span>", page)]


def digits(value: float) -> str:
    text = f"{value:.2f}".replace("-", "−")
    return "0.00" if text == "−0.00" else text


@pytest.mark.parametrize("letter", "chfi")
def test_every_value_sent_is_pythons_rounding_of_the_trace(letter: str) -> None:
    sent = np.array(unpack(make().data["values"][letter])).reshape(len(TEXT), UNITS)
    assert (sent == np.round(trace_of()[letter][:, 0] * 100)).all()


@pytest.mark.parametrize(("t", "unit", "letter"), [(0, 0, "c"), (35, 5, "h"), (78, 11, "f")])
def test_the_sentence_says_the_value(t: int, unit: int, letter: str) -> None:
    value = digits(trace_of()[letter][t, 0, unit])
    inside = "yes" if data.inside_string(TEXT)[t] else "no"
    said = words(make(t=t, unit=unit, shown=letter))
    assert f": {letter} of unit {unit} is {value}; inside a string: {inside}." in said
    assert f"Character {t}, " in said


def test_the_text_is_there_as_text_and_as_coloured_characters() -> None:
    view = make()
    aloud = re.search(r'<p class="rnnw-aloud">(.*?)</p>', view.drawing(), re.DOTALL)[1]
    assert unescape(aloud) == TEXT
    drawn = "".join(sign for _, sign in spans(view))
    assert drawn == TEXT.replace("\n", "⏎").replace("\t", "⇥")
    assert view.drawing().count("⏎</span>\n") == TEXT.count("\n")


@pytest.mark.parametrize("letter", "cf")
def test_the_shade_is_the_value_in_eighths_and_its_sign(letter: str) -> None:
    values = trace_of()[letter][:, 0, 3]
    shade = np.tanh(values) if letter == "c" else values
    drawn = [re.search(r'data-v="(-?)(\d)"', kind) for kind, _ in spans(make(shown=letter))]
    sizes = np.array([int(found[2]) for found in drawn])
    np.testing.assert_allclose(sizes / 8, np.abs(shade), atol=1 / 16 + 0.01)
    below = np.array([found[1] == "-" for found in drawn])
    assert (below == (np.round(values, 2) < 0)).all()


def test_a_line_is_under_what_is_true_and_the_cursor_at_its_character() -> None:
    drawn = [kind for kind, _ in spans(make(t=35))]
    assert ["rnnw-true" in kind for kind in drawn] == data.inside_string(TEXT).tolist()
    assert [k for k, kind in enumerate(drawn) if "data-at" in kind] == [35]


@pytest.mark.parametrize("letter", "chfi")
def test_the_correlation_is_that_over_this_text(letter: str) -> None:
    r = np.corrcoef(trace_of()[letter][:, 0, 5], data.inside_string(TEXT))[0, 1]
    said = words(make(unit=5, shown=letter))
    assert (
        f"Over this text the correlation of {letter} of unit 5 with being inside a string" in said
    )
    assert f" is r = {digits(r)}." in said


def test_the_measured_correlation_is_that_of_the_shipped_table() -> None:
    measured = inside_string.runs()["unit_correlations"]["validation"]
    best = int(np.abs(measured).argmax())
    for unit in range(UNITS):
        said = words(make(unit=unit))
        assert f"On a longer text c of this unit has r = {digits(measured[unit])}" in said
        assert inside_string.follows()["measured_on"] in said
    assert make().data["follows"]["best"] == best


def test_a_measured_correlation_is_rounded_once() -> None:
    r = [0.37496, -0.37504, 0.00496, *[0] * 9]
    view = TextView(trace_of(), TEXT, follows=Follows("x", "y", r, "A test."))
    assert view.data["follows"]["r"][:3] == ["0.37", "−0.38", "0.00"]  # by way of 4 places: 0.38


def test_it_opens_on_the_unit_that_follows_best() -> None:
    measured = inside_string.follows()
    best = int(np.abs(measured["r"]).argmax())
    view = TextView(trace_of(), TEXT, follows=measured)
    assert (view.unit, view.shown, best) == (best, "c", 5)
    assert f"c of this unit has r = {digits(measured['r'][best])}, the strongest." in words(view)
    assert "The unit that is strongest there, unit 5, has −0.8218 on the test modules." in words(
        view
    )
    of_h = Follows("x", "y", [0.1, 0.9, *[0] * 10], "A test.", letter="h")
    view = TextView(trace_of(), TEXT, follows=of_h, letters="ch", units=[0, 1])
    assert (view.unit, view.shown) == (1, "h")
    assert TextView(trace_of(), TEXT, follows=of_h, letters="cf").shown == "c"
    assert TextView(trace_of(), TEXT, follows=of_h, unit=3, shown="f").unit == 3
    assert TextView(trace_of(), TEXT).unit == 0


def test_what_does_not_change_has_no_correlation() -> None:
    lstm = LSTM(1, 2, rng=np.random.default_rng(0))
    for value in lstm.params.values():
        value[...] = 0
    trace = lstm.forward(np.ones((4, 1, 1)))
    said = words(TextView(trace, "abcd", truth=[0, 1, 1, 0], state="a vowel"))
    assert "with being a vowel is r = not defined." in said
    assert "not defined" in words(TextView(trace_of("abcd"), "abcd", truth=[True] * 4))


def test_without_truth_nothing_is_said_of_it() -> None:
    view = TextView(trace_of("ab = 1"), "ab = 1")
    said = words(view)
    assert "correlation" not in said
    assert "Line under" not in said
    assert "data-truth" not in view.drawing()


def test_a_trace_takes_no_text_of_ones_own() -> None:
    assert "<textarea" in make().drawing()
    view = TextView(trace_of("ab = 1"), "ab = 1")
    assert "<textarea" not in view.drawing()
    with pytest.raises(TraitError, match="text must have one part for each of the 6 steps; got 2"):
        view.text = "no"


def test_a_model_reads_another_text() -> None:
    view = make()
    text = 'x = "a longer string than before"  # and a comment'
    view.text = text
    assert (view.t, view.unit, view.data["T"]) == (0, 3, len(text))
    value = digits(trace_of(text)["c"][0, 0, 3])
    assert f"c of unit 3 is {value}; inside a string: no." in words(view)
    assert view.markup == view.drawing()
    assert [sign for _, sign in spans(view)] == list(text)


def test_a_cell_alone_reads_too() -> None:
    model = inside_string.load()
    assert TextView(model.cell, "x = 1").data == TextView(model, "x = 1").data


def test_a_text_that_cannot_be_read_changes_nothing_and_the_reader_is_told_why() -> None:
    view = make()
    before = view.html()
    view.typed = "naïve"
    assert view.problem.startswith("text must hold only printable ASCII")
    assert "got 'ï' at position 2" in view.problem
    assert view.html() == before
    view.typed = ""
    view.typed = "x = 2"
    assert (view.text, view.problem) == ("x = 2", "")
    with pytest.raises(TraitError, match="printable ASCII"):
        view.text = "naïve"
    assert view.text == "x = 2"


def test_where_the_truth_cannot_be_told_there_is_none() -> None:
    view = make()
    view.text = "x = 'half a str"
    assert view.data["truth"] is None
    assert "rnnw-true" not in view.drawing()
    view.text = "x = 'a'"
    assert view.data["truth"] == "0000111"


def test_a_long_text_is_sent_with_the_letters_there_is_room_for() -> None:
    rng = np.random.default_rng(0)
    signs = rng.choice(list(data.PYTHON_ALPHABET[3:]), 600)
    text = "".join(signs)
    view = TextView(inside_string.load(), text, truth=rng.random(600) < 0.5)
    assert list(view.data["values"]) == ["c", "f"]
    assert list(TextView(inside_string.load(), text[:500]).data["values"]) == ["c", "h", "f"]
    assert list(TextView(inside_string.load(), text[:100]).data["values"]) == list("chifgo")
    payload = json.dumps(view.data, separators=(",", ":"), ensure_ascii=False).encode()
    assert len(payload) < 60_000
    assert len(gzip.compress(payload)) < 20_000


def test_units_can_be_chosen() -> None:
    view = make(units=[5, 3], unit=3)
    assert view.data["units"] == [5, 3]
    sent = np.array(unpack(view.data["values"]["c"])).reshape(len(TEXT), 2)
    assert (sent == np.round(trace_of().c[:, 0, [5, 3]] * 100)).all()
    assert words(view).split(" is ")[1:] == words(make()).split(" is ")[1:]
    with pytest.raises(TraitError, match="unit must be one of 5, 3; got 4"):
        view.unit = 4


@pytest.mark.parametrize(("kind", "letters"), [(GRU, "hzrn"), (RNN, "h")])
def test_other_cells_have_their_own_letters(kind: type, letters: str) -> None:
    cell = kind(2, 3, rng=np.random.default_rng(0))
    view = TextView(cell.forward(np.ones((4, 1, 2))), "abcd")
    assert set(view.data["values"]) == set(letters)
    assert view.shown == "h"


def test_a_sequence_of_a_batch_and_words_instead_of_characters() -> None:
    cell = RNN(2, 3, rng=np.random.default_rng(0))
    xs = np.random.default_rng(1).normal(size=(3, 2, 2))
    view = TextView(cell.forward(xs), ["a", "little", "text"], batch=1, t=2, unit=1)
    assert "Character 2, text" in words(view)
    assert f"h of unit 1 is {digits(cell.forward(xs).h[2, 1, 1])}." in words(view)
    assert "</span> <span" in view.drawing()


def test_repr_and_markup_are_the_same_every_time() -> None:
    assert repr(make()) == "<TextView LSTM T=79 units=12 t=35 unit=3 shown=c>"
    assert make().html() == make().html()
    assert "<b>&" not in make().drawing()


@pytest.mark.parametrize("page", [palette.LIGHT, palette.DARK], ids=["light", "dark"])
@pytest.mark.parametrize("end", ["pos", "neg"])
def test_letters_can_be_read_on_the_strongest_shade(page: dict[str, str], end: str) -> None:
    hue, paper = ([int(page[k][n : n + 2], 16) for n in (1, 3, 5)] for k in (end, "paper"))
    shade = [round(0.7 * a + 0.3 * b) for a, b in zip(hue, paper, strict=True)]
    assert contrast("#" + "".join(f"{part:02x}" for part in shade), page["ink"]) > 5


BAD = {
    "text not text": ({"text": 3}, TypeError, r"text must be of type str; got 3"),
    "t": ({"t": 79}, ValueError, r"t must be from 0 to 78; got 79"),
    "unit": ({"unit": 12}, ValueError, r"unit must be from 0 to 11; got 12"),
    "shown": ({"shown": "o"}, ValueError, r"shown must be one of .*got 'o'"),
    "letters": ({"letters": "cz"}, ValueError, r"letters must be some of chifgo, .*got 'cz'"),
    "letters twice": ({"letters": "cc"}, ValueError, r"letters must be some of .*got 'cc'"),
    "units": ({"units": [12]}, ValueError, r"units must be from 0 to 11; got 12"),
    "no units": ({"units": []}, ValueError, r"units must be one or more different units"),
    "batch": ({"batch": 1}, ValueError, r"batch must be from 0 to 0; got 1"),
    "truth": ({"truth": [True]}, ValueError, r"truth must be 79 booleans"),
    "state": ({"state": 1, "follows": None}, TypeError, r"state must be of type str; got 1"),
    "follows": ({"follows": 3}, TypeError, r"follows must be a Follows or a dict; got 3"),
    "r": (
        {"follows": Follows("it", "there", [0.1], "Nothing.")},
        ValueError,
        r"follows.r must have shape \(12,\)",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_arguments_are_named(case: str) -> None:
    changes, error, message = BAD[case]
    if "text" in changes:
        with pytest.raises(error, match=message):
            TextView(inside_string.load(), **changes)
    else:
        with pytest.raises(error, match=message):
            make(**changes)


def test_what_is_no_source_and_what_is_too_much_are_refused() -> None:
    with pytest.raises(TypeError, match="source must be a Model, a Cell or a Trace; got 'x'"):
        TextView("x", "abc")
    with pytest.raises(ValueError, match=r"at most 21,000 numbers; got 24,000: show fewer letters"):
        TextView(inside_string.load(), "x" * 2000)
    trace = RNN(1, 1, rng=np.random.default_rng(0)).forward(np.ones((2, 1, 1)))
    broken = trace.replace(arrays={"h": np.full((2, 1, 1), np.nan)})
    with pytest.raises(ValueError, match=r"trace\['h'\] must be finite"):
        TextView(broken, "ab")


@pytest.mark.parametrize(("trait", "value"), [("t", 79), ("t", -1), ("unit", 12), ("shown", "o")])
def test_traits_refuse_what_the_data_does_not_have(trait: str, value: object) -> None:
    view = make()
    with pytest.raises(TraitError, match=f"{trait} must"):
        setattr(view, trait, value)
    assert (view.t, view.unit, view.shown) == (35, 3, "c")
