"""The figure of half-lives in Python: its numbers and the facts it states are rnn_core's."""

import json
import re

import numpy as np
import pytest
from traitlets import TraitError

from rnn_core import GRU, LSTM, RNN, diagnostics, init
from rnn_core.engine import sigmoid
from rnn_core.variants import LSTM1997
from rnn_core.widgets import MemoryHalfLife
from rnn_core.widgets.half_life.data import BIASES
from rnn_core.widgets.half_life.figure import BACK, BROUGHT
from rnn_core.widgets.packing import unpack
from tests.figures.memory_half_life import make


def words(figure: MemoryHalfLife) -> str:
    """Return the text of the figure without its markup."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", figure.drawing()))


def small(kind: type = LSTM, **options: object) -> tuple:
    cell = kind(2, 3, rng=np.random.default_rng(0), **options)
    xs = np.random.default_rng(1).normal(size=(40, 1, 2))
    return cell, cell.forward(xs)


def keep(bias: float) -> float:
    return float(sigmoid(np.array([bias]))[0])


def minus(text: str) -> str:
    return text.replace("-", "−")


@pytest.mark.parametrize("bias", [-2.0, -0.7, 0.0, 1.0, 3.0, 5.2, 7.0])
def test_a_bias_its_gate_and_its_half_life_are_those_of_rnn_core(bias: float) -> None:
    said = minus(f"{bias:.1f}")
    half = f"{diagnostics.half_life_of_bias(bias):.1f}"
    assert (
        f"A forget-gate bias of {said} keeps f = σ({said}) = {keep(bias):.6f} of the "
        f"cell state at each step: half of it is left after {half} steps."
    ) in words(MemoryHalfLife(bias=bias))


def test_a_bias_of_three_keeps_half_for_14_steps() -> None:
    assert "half left after 14.3 steps" in words(MemoryHalfLife(bias=3))
    assert repr(MemoryHalfLife(bias=3)) == "<MemoryHalfLife bias=3 half-life=14.27 t_max=100>"


def test_the_curve_is_the_gate_to_the_power_of_the_steps() -> None:
    drawn = re.search(r'data-curve d="(.*?)"', make(bias=3.0).drawing())
    points = [tuple(map(float, p.split())) for p in re.split("[ML]", drawn[1])[1:]]
    x, y = np.array(points).T
    steps = np.linspace(0, 100, 201)
    np.testing.assert_allclose((x - 30) / 320 * 100, steps, atol=0.04)
    np.testing.assert_allclose((234 - y) / 220, keep(3) ** steps, atol=3e-4)


def test_the_half_life_is_a_good_part_of_the_axis_at_every_bias() -> None:
    for bias in BIASES:
        drawing = make(bias=bias).drawing()
        last = int(re.findall(r" data-tick>(.*?)<", drawing)[-1])
        part = diagnostics.half_life_of_bias(bias) / last
        assert 0.06 < part <= 0.4, bias


def test_the_scale_of_biases_begins_where_the_slider_does() -> None:
    second = make().drawing().split("<svg")[2]
    named = [
        int(n.replace("−", "-"))
        for n in re.findall(r'y="14" text-anchor="middle">(−?\d)</text>', second)
    ]
    assert named == [-2, *range(8)]  # there is no room for -1
    assert (named[0], named[-1]) == (BIASES[0], BIASES[-1])


@pytest.mark.parametrize("bias", [-2.0, 0.0, 2.0, 7.0])
def test_the_dashed_line_leaves_the_titles_of_the_rows_free(bias: float) -> None:
    d = re.search(r'data-here d="(.*?)"', make(bias=bias).drawing())[1]
    parts = [tuple(map(float, part)) for part in re.findall(r"M\S+ (\S+)V(\d+)", d)]
    for baseline in (54, 160):  # of a title 14 high
        assert all(low <= baseline - 13 or high >= baseline + 4 for high, low in parts)


def test_the_tallest_bar_says_how_many_units_it_is() -> None:
    figure = make(t_max=30)
    row = figure.data["t_max"].index(30)
    most = np.array(unpack(figure.data["counts"])).reshape(-1, 32)[row].max()
    assert f"data-most>{most} units</text>" in figure.drawing()


def test_the_conclusion_is_computed_from_the_trained_units() -> None:
    figure = make()
    lives = np.array(figure.data["used"]) / 10
    assert (
        f"{(lives <= 5).sum()} of {len(lives)} units lose half within 5 steps; "
        f"unit {lives.argmax()} keeps its state longest."
    ) in words(figure)
    assert (lives <= 5).mean() > 0.5  # most units keep their state for a few steps only


@pytest.mark.parametrize("t_max", [10, 100, 1000])
def test_the_spread_is_that_of_chrono_initialisation(t_max: int) -> None:
    lstm = LSTM(1, 50, rng=np.random.default_rng(0))
    init.chrono(lstm, t_max, rng=np.random.default_rng(7))
    lives = diagnostics.half_life_of_bias(lstm.params["b_f"])
    figure = MemoryHalfLife(t_max=t_max, units=50, rng=np.random.default_rng(7))
    assert (
        f"up to {t_max} steps: half-lives from {lives.min():.1f} to {lives.max():.1f} steps, the "
        f"middle unit {np.median(lives):.1f}."
    ) in words(figure)
    assert lives.max() < t_max * np.log(2) + 1


def test_the_generator_is_not_advanced_and_each_t_max_has_the_same_draw() -> None:
    rng = np.random.default_rng(7)
    first = MemoryHalfLife(units=50, rng=rng).data["counts"]
    assert MemoryHalfLife(units=50, rng=rng).data["counts"] == first
    assert rng.random() == np.random.default_rng(7).random()


def test_every_unit_is_in_a_bar() -> None:
    figure = make()
    counts = np.array(unpack(figure.data["counts"])).reshape(len(figure.data["t_max"]), -1)
    assert (counts.sum(axis=1) == 200).all()


def test_the_trained_units_are_those_of_the_trace() -> None:
    cell, trace = small(forget_bias=2.0)
    figure = MemoryHalfLife(cell, trace, name="A <small> one")
    lives = diagnostics.half_lives(cell, trace)
    assert figure.data["used"] == [round(n * 10) for n in lives]
    low, middle, high = sorted(f"{n:.1f}" for n in lives)
    said = f"half-lives from {low} to {high} steps, the middle unit {middle}."
    assert f"A &lt;small&gt; one: {said}" in words(figure)
    assert figure.drawing().count("<circle") == 3
    assert repr(figure).endswith("t_max=100 units=3>")


def test_dots_stand_at_their_half_lives_and_do_not_cover_each_other() -> None:
    figure = make()
    dots = re.findall(r'<circle cx="(.*?)" cy="(.*?)" r="(.*?)"/>', figure.drawing())
    places = np.array(dots, float)
    log = np.sort(np.log10(np.array(figure.data["used"]) / 10))
    np.testing.assert_allclose(places[:, 0], 8 + (log + 0.6) / 4 * 344, atol=0.06)
    gaps = np.hypot(*(places[:, None, :2] - places[None, :, :2]).T)
    assert gaps[~np.eye(len(dots), dtype=bool)].min() >= 2 * places[0, 2]


def test_many_units_get_small_dots_that_stay_in_their_row() -> None:
    lstm = LSTM(2, 300, rng=np.random.default_rng(0))
    trace = lstm.forward(np.random.default_rng(1).normal(size=(9, 1, 2)))
    dots = re.findall(r'cy="(.*?)"', MemoryHalfLife(lstm, trace).drawing())
    assert len(dots) == 300
    assert 165 < min(map(float, dots)) <= max(map(float, dots)) < 262


def test_a_gru_keeps_one_minus_z() -> None:
    cell, trace = small(GRU)
    init.forget_bias(cell, 2.0)
    text = words(MemoryHalfLife(cell, cell.forward(trace.xs), bias=2.0))
    assert "Keep-gate bias −bz" in text
    assert "A keep-gate bias of 2.0 keeps 1 − z = σ(2.0) = 0.880797 of the hidden state" in text


def test_a_cell_that_keeps_everything_has_no_half_life() -> None:
    figure = MemoryHalfLife(*small(LSTM1997))
    assert figure.data["used"] == [None] * 3
    assert "half-lives from ∞ to ∞ steps" in words(figure)
    json.dumps(figure.data, allow_nan=False)


def test_what_the_note_says_of_the_bias_holds() -> None:
    lives = diagnostics.half_life_of_bias(np.arange(3.0, 9.0))
    np.testing.assert_allclose(lives[1:] / lives[:-1], np.e, rtol=0.02)
    np.testing.assert_allclose(lives, 0.7 * np.exp(np.arange(3.0, 9.0)), rtol=0.03)
    note = words(MemoryHalfLife())
    assert "about 0.7 · ebias: one more in the bias makes the memory about 2.7 times" in note


def test_what_the_note_says_of_the_gradient_holds() -> None:
    grid = diagnostics.gradient_grid(
        radii=[1], biases=[0], inputs=[1], steps=150, seeds=range(10), spectrum_size=4
    )
    assert round(150 * np.log10(keep(0))) == -45
    assert round(grid.norms["LSTM", 0.0, 1.0][:, 150].mean()) == -23
    assert round(grid.norms["LSTM", 0.0, 1.0][:, BACK].mean()) == BROUGHT
    assert "σ(0)150 is about 10−45, and yet some 10−23 of the gradient" in words(MemoryHalfLife())


def test_a_kernel_takes_values_between_those_of_the_page() -> None:
    figure = make()
    figure.bias, figure.t_max = 3.2125, 77
    half = diagnostics.half_life_of_bias(3.2125)
    assert f"bias of 3.2125 keeps f = σ(3.2125) = {keep(3.2125):.6f}" in words(figure)
    assert f"half left after {half:.1f} steps" in words(figure)
    assert "up to 77 steps" in words(figure)
    assert 3.2125 in figure.data["bias"]
    figure.bias = 2.5
    assert "half left after 8.8 steps" in words(figure)
    state = re.search(r'<script type="application/json">(.*?)</script>', figure.html())
    assert json.loads(state[1])["bias"] == 2.5


def test_markup_is_the_same_every_time() -> None:
    assert make().html() == make().html()


@pytest.mark.parametrize(
    ("trait", "value", "message"),
    [
        ("bias", 8.5, r"bias must be from -2 to 8; got 8.5"),
        ("bias", float("nan"), r"bias must be finite"),
        ("t_max", 2, r"t_max must be at least 3; got 2"),
        ("t_max", 3001, r"t_max must be from 3 to 3000; got 3001"),
    ],
)
def test_values_out_of_range_are_refused(trait: str, value: float, message: str) -> None:
    figure = MemoryHalfLife()
    with pytest.raises(TraitError, match=message):
        setattr(figure, trait, value)
    assert (figure.bias, figure.t_max) == (1.0, 100)
    with pytest.raises(ValueError, match=message):
        MemoryHalfLife(**{trait: value})


BAD = {
    "bias no number": ({"bias": "1"}, TypeError, r"bias must be a number; got '1'"),
    "t_max not whole": ({"t_max": 10.5}, TypeError, r"t_max must be a whole number; got 10.5"),
    "units": ({"units": 0}, ValueError, r"units must be at least 1; got 0"),
    "rng": ({"rng": 0}, TypeError, r"rng must be a numpy.random.Generator; got 0"),
    "name": ({"name": 3}, TypeError, r"name must be of type str; got 3"),
    "cell": ({"cell": "lstm", "trace": small()[1]}, TypeError, r"cell must be of type Cell"),
    "cell alone": ({"cell": small()[0]}, TypeError, r"trace must be of type Trace; got None"),
    "trace alone": ({"trace": small()[1]}, TypeError, r"cell must be of type Cell; got None"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_arguments_are_named(case: str) -> None:
    given, error, message = BAD[case]
    with pytest.raises(error, match=message):
        MemoryHalfLife(**given)


def test_a_cell_without_a_gate_that_keeps_is_refused() -> None:
    with pytest.raises(ValueError, match="cell must have something that keeps"):
        MemoryHalfLife(*small(RNN))
