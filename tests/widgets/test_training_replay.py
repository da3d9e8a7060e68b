"""The training replay in Python: what it sends, what it draws, what it refuses."""

import dataclasses
import json
import math
import re

import numpy as np
import pytest
from traitlets import TraitError

from rnn_core import heads, optim, replay, tasks
from rnn_core.cells import GRU, LSTM, RNN
from rnn_core.network import Model
from rnn_core.pretrained import temporal_order
from rnn_core.widgets.packing import unpack
from rnn_core.widgets.training_replay import TrainingReplay
from rnn_core.widgets.training_replay_parts.data import percent, share
from rnn_core.widgets.training_replay_parts.strips import letters, shades
from tests.figures.training_replay import make

RECORDINGS = temporal_order.load()
FIRST = min(temporal_order.marks())
CELLS = {"RNN": RNN, "GRU": GRU, "LSTM": LSTM}


def small(kind="RNN", seed=0, at=(0, 2, 4)):
    rng = np.random.default_rng(seed)
    model = Model(CELLS[kind](8, 5, rng=rng), heads.Readout(5, 4, rng=rng))
    held_out, *batches = (tasks.temporal_order(12, 8, rng=rng) for _ in range(5))
    twin = np.roll(held_out[0][:, 0], 1, axis=1)
    return replay.record(
        model, batches, optim.Adam(0.01), held_out=held_out, at=at, example=0, twin=twin
    )


def text_of(figure):
    """Return what can be read in the sentence."""
    saying = re.search(r'aria-live="polite">(.*?)</p>', figure.drawing())[1]
    return re.sub("<[^>]*>", "", saying)


@pytest.mark.parametrize("at", range(0, 40, 3))
def test_the_sentence_says_what_was_recorded(at):
    said = text_of(make(checkpoint=at))
    right = [f"{100 * RECORDINGS[kind].accuracy[at]:.1f} %" for kind in ("RNN", "LSTM")]
    assert said.startswith(f"After {8 * at} steps of training the RNN gets {right[0]} of the held-")
    assert f"right, the LSTM {right[1]} (a guess: 25.0 %)" in said
    left = [one.norms[at, FIRST] - one.norms[at, -1] for one in RECORDINGS.values()]
    assert f"{share(left[0])} in the RNN, {share(left[1])} in the LSTM." in said


def test_shares_are_said_in_words():
    for exponent in np.linspace(-14, 0.5, 100):
        words = share(exponent)
        if words.endswith("%"):
            assert float(words[:-2]) / 100 == pytest.approx(10**exponent, rel=0.06)
        elif "10" in words[-4:] and not words[-1].isascii():
            power = words.split("10")[1].translate(str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789"))
            assert -int(power) == pytest.approx(exponent, abs=0.51)
        else:
            count = float(words.removeprefix("1 part in ").replace(",", ""))
            assert math.log10(count) == pytest.approx(-exponent, abs=0.03)
    assert percent(0.26171875) == "26.2 %"


def test_curves_are_the_recordings_rounded():
    data = make().data
    times = data["times"]
    assert times[data["since"]] == FIRST
    for name, one in RECORDINGS.items():
        cell = data["cells"][name]
        np.testing.assert_allclose(unpack(cell["loss"]), 1000 * one.loss, atol=0.501)
        np.testing.assert_allclose(unpack(cell["accuracy"]), 1000 * one.accuracy, atol=0.501)
        left = 100 * (one.norms - one.norms[:, -1:])[:, times]
        np.testing.assert_allclose(unpack(cell["left"]), left.ravel(), atol=0.501)
        assert 100 * data["floor"] <= min(unpack(cell["left"]))
        assert max(unpack(cell["left"])) <= 100 * data["top"]


@pytest.mark.parametrize("letter", ["i", "f", "o", "tanh_c"])
def test_a_strip_covers_every_cell_once_in_the_shade_of_its_state(letter):
    states, data = RECORDINGS["LSTM"].states[letter][20], make().data
    painted = np.full(states.shape, 99)
    for level, path in shades(data, "LSTM", letter, 20).items():
        for start, unit, width in re.findall(r"M(\d+) (\d)(?:\.2)?h(\d+)v", path):
            cells = painted[int(start) : int(start) + int(width), int(unit)]
            assert (cells == 99).all()
            cells[:] = level
    wanted = 6 * states if letter in "ifo" else 2 * np.rint(3 * states)
    assert np.abs(painted - wanted).max() <= (0.5 if letter in "ifo" else 0)


def test_the_effect_has_three_shades_either_way():
    change = RECORDINGS["RNN"].change[30]
    data, painted = make().data, np.zeros(change.shape)
    for level, path in shades(data, "RNN", "change", 30).items():
        for start, unit, width in re.findall(r"M(\d+) (\d)(?:\.2)?h(\d+)v", path):
            painted[int(start) : int(start) + int(width), int(unit)] = level / 2
    size = (np.abs(change)[..., None] >= [0.03, 0.1, 0.3]).sum(axis=-1)
    np.testing.assert_array_equal(painted, np.sign(change) * size)


def test_a_cell_shows_its_state_where_it_does_not_have_what_was_chosen():
    assert letters(make().data) == ["change", "tanh_c", "i", "f", "o"]
    html = make(shown="i").drawing()
    assert '"letter RNN">h, hidden state<' in html
    assert '"letter LSTM">i, input gate<' in html
    assert '"letter RNN">effect of Y<' in make().drawing()


def test_any_recordings_of_the_same_steps_will_do():
    one = TrainingReplay({"only": small()})
    assert letters(one.data) == ["change", "h"]
    assert "what reaches the first step is" in text_of(one)
    assert "guess" not in text_of(one)
    three = TrainingReplay({"a": small("GRU"), "b": small("GRU", 1), "<b>": small("RNN")})
    assert sorted(three.data["looks"].values()) == ["c", "h", "z"]
    assert three.data["looks"]["<b>"] == "h"
    assert letters(three.data) == ["change", "h", "r", "z"]
    assert "<b><b>" not in three.drawing()


def test_it_starts_at_the_end_and_its_repr_says_where_it_stands():
    figure = TrainingReplay.temporal_order()
    assert repr(figure) == "<TrainingReplay RNN LSTM N=40 T=100 step=312 shown=change>"
    figure.checkpoint, figure.shown = 3, "f"
    assert repr(figure) == "<TrainingReplay RNN LSTM N=40 T=100 step=24 shown=f>"
    assert '<b data-t>24</b><span class="rnnw-of"> of 0…312</span>' in figure.drawing()
    state = json.loads(re.search(r'json">(.*?)</script>', figure.html())[1])
    assert (state["checkpoint"], state["shown"]) == (3, "f")
    assert figure.drawing() == figure.drawing()


def test_the_note_names_seeds_settings_and_what_is_shown():
    html = make().drawing()
    assert temporal_order.note() in html
    assert "Shown here: seed 4." in html


def test_the_first_time_at_99_percent_is_marked_on_the_accuracy():
    html = make().drawing()
    marks = re.findall(r'class="rnnw-found.*?style="left:(.*?)%"><span>(.*?)<', html)
    assert marks == [("51.3", "LSTM: first 99 %, step 160")]
    assert RECORDINGS["LSTM"].reached(0.99) == 160
    assert RECORDINGS["RNN"].reached(0.99) is None
    assert "rnnw-found" not in TrainingReplay({"RNN": small()}).drawing()


def test_the_shades_have_a_key_in_the_look_of_the_strips():
    html = make(shown="change", checkpoint=39).drawing()
    key = re.search(r'class="rnnw-shades.*?</p>', html)[0]
    sample = re.findall(r'class="(rnnw-\w+)" fill-opacity="([\d.]+)"', key)
    for kind, opacity in sample:
        assert re.search(rf'class="{kind}" fill-opacity="{opacity}" d="M', html.replace(key, ""))
    assert [kind for kind, _ in sample] == ["rnnw-neg"] * 3 + ["rnnw-pos"] * 3


def test_another_seed_is_trained_and_drawn():
    asked = []

    def retrain(seed):
        asked.append(seed)
        return {"RNN": small(seed=seed)}

    figure = TrainingReplay({"RNN": small()}, retrain=retrain, seed=0, checkpoint=1)
    assert asked == []
    before, markup = figure.data, figure.markup
    figure.seed = 7
    assert asked == [7]
    assert figure.data["cells"] == TrainingReplay({"RNN": small(seed=7)}).data["cells"]
    assert figure.data != before
    assert figure.markup != markup
    assert figure.markup == figure.drawing()
    assert "Shown here: seed 7." in figure.markup
    with pytest.raises(TraitError, match="seed must be at least 0; got -1"):
        figure.seed = -1
    with pytest.raises(TraitError, match="seed must stay, as there is no retrain; got 3"):
        TrainingReplay({"RNN": small()}).seed = 3


def test_train_trains_both_cells_and_can_train_on(monkeypatch):
    monkeypatch.setattr(
        temporal_order, "run", lambda seed: {"RNN": small(seed=seed), "LSTM": small("LSTM", seed)}
    )
    figure = TrainingReplay.train(5, marks={}, checkpoint=0)
    assert repr(figure) == "<TrainingReplay RNN LSTM N=3 T=12 step=0 shown=change>"
    assert "Shown here: seed 5." in figure.data["note"]
    figure.seed = 6
    assert "Shown here: seed 6." in figure.data["note"]


BAD = {
    r"recordings must be 1 to 3 by name; got \{\}": ({}, {}),
    r"recordings\['a'\] must be of type Recording; got 'run'": ({"a": "run"}, {}),
    r"recordings\['a'\] must be of 2 steps or more; got": ({"a": small(at=(4,))}, {}),
    "recordings must be of the same steps": ({"a": small(), "b": small(at=(0, 1, 4))}, {}),
    "marks must be from 0 to 11; got 12": ({"a": small()}, {"marks": {12: "X"}}),
    "chance must be from 0 to below 1; got 1.5": ({"a": small()}, {"chance": 1.5}),
    "note must be of type str; got 7": ({"a": small()}, {"note": 7}),
    "checkpoint must be from 0 to 2; got 3": ({"a": small()}, {"checkpoint": 3}),
    "shown must be one of 'change', 'h'; got 'f'": ({"a": small()}, {"shown": "f"}),
}


@pytest.mark.parametrize("message", BAD)
def test_bad_input_names_argument_given_and_expected(message):
    recordings, options = BAD[message]
    with pytest.raises((TypeError, ValueError), match=message):
        TrainingReplay(recordings, **options)


@pytest.mark.parametrize(
    ("trait", "value"), [("checkpoint", 40), ("checkpoint", -1), ("shown", "q")]
)
def test_traits_refuse_what_the_data_does_not_have(trait, value):
    figure = make()
    with pytest.raises(TraitError, match=f"{trait} must"):
        setattr(figure, trait, value)
    assert (figure.checkpoint, figure.shown) == (14, "change")


def test_a_gradient_that_grows_fits_on_the_axis():
    one = small()
    grown = dataclasses.replace(one, norms=one.norms + np.arange(12)[::-1] * 2.0)
    data = TrainingReplay({"a": grown}).data
    assert data["top"] >= 15
    assert data["floor"] <= -2
