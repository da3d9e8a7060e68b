"""The gradient explorer in Python: what it sends, what it draws and says, what it refuses."""

import gzip
import json
import re
from pathlib import Path

import numpy as np
import pytest
from traitlets import TraitError

from rnn_core.diagnostics import gradient_grid
from rnn_core.widgets import GradientFlow
from rnn_core.widgets.gradient_flow_parts.norms import GAP, TALL, WIDE, apart, axis
from rnn_core.widgets.gradient_flow_parts.words import of_norms, of_spectra, power
from tests.figures.gradient_flow import make, small_grid

BOOK = Path(__file__).parents[2] / "book"
LINES = ("RNN", "LSTM", "LSTM c", "GRU")
STATES = [
    {},
    {"bias": 3.0, "length": 40},
    {"activation": "logistic", "radius": 0.5, "bias": -1.0},
    {"input_scale": 0.0, "radius": 1.5, "length": 150},
]


@pytest.fixture(scope="module")
def as_in_the_book():
    """Return the explorer that a page shows: every default."""
    return GradientFlow()


def setting(figure, line):
    """Return the key in the grid of what a line shows."""
    name, value = (figure.activation, figure.radius) if line == "RNN" else (line, figure.bias)
    return name, value, figure.input_scale


def size(exponent):
    """Return a number as the figure is to show it, from its log10 in hundredths."""
    if -3 <= exponent < 1:
        return f"{10**exponent:#.2g}"
    if 1 <= exponent <= 3:
        return str(round(10**exponent))
    digits = str(int(np.floor(exponent + 0.5)))
    return "10" + "".join("⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".index(sign)] for sign in digits)


def hundredths(value):
    return round(100 * value) / 100


def charts_of(figure):
    """Return the wide and the tall chart."""
    return re.findall(r'<svg class="rnnw-chart rnnw-norms.*?</svg>', figure.html(), re.DOTALL)


def cells_of(figure):
    """Return the texts of the table: by line, for each column the mean and the range."""
    found = re.findall(
        r'<td data-left="([^"]+)" data-lag="\d*"><b>(.*?)</b> <small>(.*?)</small>', figure.html()
    )
    return {line: [cell[1:] for cell in found if cell[0] == line] for line in LINES}


@pytest.mark.parametrize("state", STATES)
def test_the_table_shows_means_and_ranges_over_the_seeds(state):
    figure = make(**state)
    for line, cells in cells_of(figure).items():
        norms = small_grid().norms[setting(figure, line)]
        for lag, (mean, spread) in zip((10, 50, figure.length), cells, strict=True):
            if lag > figure.length:
                assert (mean, spread) == ("–", "")
                continue
            one = [size(hundredths(kind(norms[:, lag]))) for kind in (np.mean, np.min, np.max)]
            assert mean == one[0]
            assert spread == ("" if one[1] == one[2] else f"{one[1]} to {one[2]}")


@pytest.mark.parametrize("state", STATES)
def test_lines_end_where_their_number_is_and_are_labelled_with_it(state):
    figure = make(**state)
    lowest, highest, _ = axis(figure._reader())
    for layout, svg in zip((WIDE, TALL), charts_of(figure), strict=True):
        left, right, top, bottom = layout.box
        for line in LINES:
            exponent = hundredths(
                small_grid().norms[setting(figure, line)][:, figure.length].mean()
            )
            path = re.search(f'data-line="{line}" d="(.*?)"', svg)[1]
            x, y = map(float, path.rpartition("L")[2].split())
            assert x == pytest.approx(left + (right - left) * figure.length / 150, abs=0.06)
            share = (highest - exponent) / (highest - lowest)
            assert y == pytest.approx(top + (bottom - top) * share, abs=0.06)
            assert path.count("L") == figure.length // 5
            if line != "LSTM c":
                label = re.search(f'data-end="{line}">(.*?)<', svg)[1]
                assert label == f"{line} {size(exponent)}"


@pytest.mark.parametrize("state", STATES)
def test_every_curve_is_inside_the_axis(state):
    figure = make(**state)
    lowest, highest, step = axis(figure._reader())
    shown = [small_grid().norms[setting(figure, line)] for line in LINES]
    assert lowest <= min(map(np.min, shown))
    assert highest >= max(map(np.max, shown))
    names = [name for name in re.findall(r"data-tick>(.*?)<", charts_of(figure)[0]) if name]
    ticks = range(highest // step * step, lowest - 1, -step)
    assert names == [size(e) if e else "1" for e in ticks]


def test_labels_keep_apart_and_above_the_bottom():
    for heights in ([10, 11, 12], [290, 291, 289], [0, 0, 0], [296, 296, 296], [20, 200, 100]):
        given = dict(zip("abc", heights, strict=True))
        found = apart(given, 296)
        assert min(np.diff(sorted(found.values()))) >= GAP
        assert max(found.values()) <= 296
        assert sorted(found, key=found.get) == sorted(given, key=given.get)
    assert apart({"a": 20, "b": 200, "c": 100}, 296) == {"a": 20, "b": 200, "c": 100}


@pytest.mark.parametrize("state", STATES)
def test_the_planes_show_every_eigenvalue_and_singular_value(state):
    figure = make(view="spectrum", **state)
    for cell in ("RNN", "LSTM", "GRU"):
        plane = re.search(f'data-plane="{cell}">(.*?)</figure>', figure.html(), re.DOTALL)[1]
        roots = small_grid().eigenvalues[setting(figure, cell)]
        path = re.search('data-eigen d="(.*?)"', plane)[1]
        dots = [complex(int(a), -int(b)) for a, b in re.findall(r"M(-?\d+) (-?\d+)h0", path)]
        apart_by = np.abs(np.array(dots)[:, None] / 100 - roots)
        assert apart_by.min(axis=0).max() < 0.0075  # every eigenvalue has a dot
        assert apart_by.min(axis=1).max() < 0.0075  # and every dot is an eigenvalue
        stretches = small_grid().singular_values[setting(figure, cell)]
        path = re.search('data-singular d="(.*?)"', plane)[1]
        strokes = [int(n) / 100 for n in re.findall(r"M(\d+) -7v14", path)]
        np.testing.assert_allclose(strokes, stretches, atol=0.0051)
        assert f"<b data-modulus>{np.abs(roots).max():.2f}</b>" in plane
        assert f"<b data-largest>{stretches.max():.2f}</b>" in plane


def test_the_unit_circle_and_the_eigenvalues_have_one_scale():
    plane = make(view="spectrum", input_scale=0.0).html()
    scales = set(re.findall(r"data-plain transform=\"translate\(120 120\) scale\((.*?)\)", plane))
    assert len(scales) == 1  # the same in the three planes
    reach = 1.08 / float(scales.pop())
    grid = small_grid()
    shown = [("tanh", 1.0, 0.0), ("LSTM", 0.0, 0.0), ("GRU", 0.0, 0.0)]
    largest = max(grid.singular_values[key].max() for key in shown)
    assert largest <= reach + 0.005
    assert plane.count('<circle class="rnnw-unit" r="100"/>') == 3


@pytest.mark.parametrize("exponent", [*range(-320, 321, 7), -14150, -2249, 7123, 99, 100, -300])
def test_powers_of_ten(exponent):
    assert power(exponent) == size(exponent / 100)


def test_what_is_too_small_says_so():
    assert power(-30000) == power(-31000) == "below 10⁻³⁰⁰"
    grid = small_grid().including(radius=1e-4)
    figure = make(grid=grid, radius=1e-4, input_scale=0.0, length=150)
    assert cells_of(figure)["RNN"][-1][0] == "below 10⁻³⁰⁰"
    assert axis(figure._reader())[0] == -300


@pytest.mark.parametrize(
    ("exponents", "want"),
    [
        ((-2411, -2255, -2181), "They hardly differ: none lets a hundredth through."),
        ((-9900, -2255, -2181), "None lets a hundredth through."),
        ((-2411, 61, -220), "Only the LSTM lets a hundredth or more through."),
        ((-2411, 61, -43), "Only the LSTM and the GRU let a hundredth or more through."),
        ((-66, 61, -43), "All three let a hundredth or more through."),
        ((2560, 670, -450), "It explodes in the RNN and the LSTM."),
    ],
)
def test_the_verdict_on_what_is_left(exponents, want):
    said = of_norms(dict(zip(("RNN", "LSTM", "GRU"), exponents, strict=True)), 150, 150)
    assert said.endswith(f" in the GRU. {want}")


def test_the_sentence_names_every_number():
    assert of_norms({"RNN": -2411, "LSTM": 61, "GRU": -43}, 120, 150).startswith(
        "After 120 steps back, of a sequence of 150, an error signal of size 1 has size 10⁻²⁴ in "
        "the RNN, 4.1 in the LSTM and 0.37 in the GRU. "
    )
    said = of_spectra({"RNN": 150, "LSTM": 100, "GRU": 98})
    assert "has size 1.50 in the RNN, 1.00 in the LSTM and 0.98 in the GRU. " in said
    assert said.endswith("Beyond the unit circle: the RNN. Repeated, this step would let it grow.")
    assert "None is beyond" in of_spectra({"RNN": 63, "LSTM": 77, "GRU": 84})


def test_the_sentence_is_read_aloud():
    figure = make(view="spectrum", input_scale=0.0, radius=1.5)
    said = re.search('aria-live="polite">(.*?)</p>', figure.html())[1]
    assert "Its largest eigenvalue has size 1.50 in the RNN" in said


def test_with_a_kernel_any_radius_and_any_bias_is_computed():
    figure = make()
    figure.radius, figure.bias = 0.95, 1.25
    assert figure.data["values"]["radius"] == [0.5, 0.95, 1.0, 1.5]
    assert figure.data["values"]["bias"] == [-1.0, 0.0, 1.25, 3.0]
    assert figure.data["says"]["bias"][2] == "1.25: keeps 77.7 %"
    grid = small_grid()
    alone = gradient_grid(
        radii=[0.95],
        biases=[1.25],
        inputs=[1],
        seeds=grid.seeds,
        hidden_size=12,
        input_size=4,
    )
    for line in LINES:
        mean = alone.norms[setting(figure, line)][:, 100].mean()
        assert cells_of(figure)[line][-1][0] == size(hundredths(mean))
    assert len(small_grid().radii) == 3  # what was handed in is left as it was


def test_the_page_shows_the_orders_of_magnitude_of_the_gallery(as_in_the_book):
    figure = as_in_the_book
    said = {}
    for bias in (0.0, 1.0, 3.0):
        figure.bias, figure.length = bias, 100
        said[bias] = {line: cells[-1][0] for line, cells in cells_of(figure).items()}
    assert (said[0.0]["LSTM"], said[1.0]["LSTM"], said[0.0]["GRU"]) == ("10⁻¹⁵", "10⁻⁴", "10⁻¹⁵")
    assert said[0.0]["RNN"] == "10⁻¹⁶"
    figure.bias, figure.length = 0.0, 150
    assert "They hardly differ: none lets a hundredth through." in figure.html()


def test_steps_back_are_those_of_one_long_run_and_no_shorter_sequence():
    """A sequence of 50 steps leaves 20 times as much as the last 50 of a sequence of 150."""
    given = {"radii": [1], "biases": [5], "inputs": [1], "seeds": range(3), "spectrum_size": 4}
    long, short = (gradient_grid(steps=steps, **given) for steps in (150, 50))
    left = [10 ** grid.norms["LSTM", 5.0, 1.0][:, 50].mean() for grid in (long, short)]
    assert left[0] < 0.1
    assert left[1] > 1
    said = GradientFlow(long, bias=5.0, length=50).html()
    assert "After 50 steps back, of a sequence of 150, an error signal of size 1 has" in said


def test_where_a_radius_above_one_explodes_is_what_the_gallery_says(as_in_the_book):
    """Up to 1.5 it depends on the inputs; from 2 on it explodes with any of them."""
    for (name, radius, scale), norms in as_in_the_book.grid.norms.items():
        if name != "tanh" or radius <= 1 or scale == 0.1:
            continue
        left = norms[:, 150].mean()
        if radius >= 2 or scale == 0:
            assert left > 2, (radius, scale)
        else:
            assert left < -6, (radius, scale)
    prose = re.sub(r"\s+", " ", (BOOK / "widgets.ipynb").read_text("utf8"))
    assert "with inputs of 0 the error signal explodes, with inputs of size 1 it still" in prose


def test_the_planes_name_their_axes():
    for name in ("real part →", "↑ imaginary part"):
        assert make(view="spectrum").html().count(f">{name}</text>") == 3


def test_the_page_says_how_it_was_measured(as_in_the_book):
    text = as_in_the_book.html()
    assert "over 10 seeds" in text
    assert "Untrained cells of 64 units; 16 Gaussian inputs a step" in text
    assert "input weights Glorot over the stacked gates, recurrent weights orthogonal" in text
    assert as_in_the_book.data["values"]["input_scale"] == [0.0, 0.1, 1.0]


def test_the_data_of_the_page_are_small(as_in_the_book):
    packed = json.dumps(as_in_the_book.data, separators=(",", ":")).encode()
    assert len(packed) < 60_000
    assert len(gzip.compress(packed)) < 20_000


def test_repr():
    want = "<GradientFlow norms tanh radius=1 bias=0 inputs=1 length=100: RNN "
    assert repr(make()).startswith(want)
    assert repr(make(view="spectrum")).startswith("<GradientFlow spectrum tanh radius=1 ")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("view", "both"),
        ("activation", "relu"),
        ("radius", 0.0),
        ("radius", float("nan")),
        ("bias", float("inf")),
        ("length", 7),
        ("length", 155),
        ("input_scale", 0.5),
    ],
)
def test_traits_out_of_range(name, value):
    figure = make()
    before = repr(figure)
    with pytest.raises(TraitError, match=f"{name} must be"):
        setattr(figure, name, value)
    assert repr(figure) == before


@pytest.mark.parametrize(
    ("changes", "kind", "message"),
    [
        ({"grid": 1}, TypeError, "grid must be of type GradientGrid; got 1"),
        ({"view": "x"}, ValueError, "view must be one of 'norms', 'spectrum'; got 'x'"),
        ({"activation": None}, ValueError, "activation must be one of"),
        ({"radius": -1}, ValueError, "radius must be"),
        ({"bias": "0"}, TypeError, "bias must be"),
        ({"length": 151}, ValueError, "length must be one of 10, 15, .*, 150; got 151"),
        ({"input_scale": 0.5}, ValueError, "input_scale must be one of 0, 1; got 0.5"),
    ],
)
def test_bad_arguments(changes, kind, message):
    with pytest.raises(kind, match=message):
        make(**changes)


def test_a_short_sequence_keeps_every_lag():
    grid = gradient_grid(
        radii=[1], biases=[0], inputs=[1], hidden_size=4, spectrum_size=3, steps=8, seeds=[0]
    )
    figure = GradientFlow(grid)
    assert figure.data["lags"] == list(range(9))
    assert figure.data["values"]["length"] == [8]
    assert figure.length == 8
