"""The plots draw what they are given, in the palette's colours, and say what is wrong."""

import subprocess
import sys

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.colors import to_hex

from rnn_core import GRU, LSTM, diagnostics, drawing, palette, plots

TEXT = 'a = "b"\n'


@pytest.fixture(autouse=True)
def _tidy():
    """Draw without a window, and leave neither figures nor settings behind."""
    plt.switch_backend("agg")
    with mpl.rc_context():
        yield
    plt.close("all")


@pytest.fixture
def trace():
    rng = np.random.default_rng(0)
    return LSTM(3, 4, rng=rng).forward(rng.normal(size=(len(TEXT), 2, 3)))


def lines(ax):
    return {line.get_label(): line for line in ax.lines}


def test_gates_are_drawn_as_they_are(trace):
    drawn = lines(plots.plot_gates(trace, unit=2, batch=1))
    assert list(drawn) == list("ifgoch")
    for letter, line in drawn.items():
        np.testing.assert_array_equal(line.get_ydata(), trace[letter][:, 1, 2])
        np.testing.assert_array_equal(line.get_xdata(), np.arange(len(TEXT)))
        assert line.get_color() == palette.LOOKS[letter].light


def test_gates_have_a_name_at_their_end_in_their_colour(trace):
    ax = plots.plot_gates(trace, letters="cf")
    ends = {note.get_text(): note for note in ax.texts}
    assert {k: note.get_color() for k, note in ends.items()} == {
        k: palette.LOOKS[k].light for k in "cf"
    }
    heights = sorted(note.xy[1] for note in ends.values())
    low, high = ax.get_ylim()
    assert heights[1] - heights[0] > 0.05 * (high - low)


def test_labels_that_would_touch_move_apart_about_their_middle():
    np.testing.assert_allclose(drawing.spread(np.array([0.0, 5.0, 5.0, 9.0]), 2), [0, 4, 6, 9])
    np.testing.assert_allclose(drawing.spread(np.array([1.0, 1.0, 1.0]), 1), [0, 1, 2])
    np.testing.assert_allclose(drawing.spread(np.array([0.0, 0.0, 1.5]), 1), [-0.5, 0.5, 1.5])


def test_on_a_dark_page_the_dark_colours_are_used(trace):
    with mpl.rc_context(palette.rc(dark=True)):
        gates = plots.plot_gates(trace)
        curves = plots.plot_learning_curves({"LSTM": trace.h[:, :, 0]})
        states = plots.plot_text_states(trace.h[:, 0], TEXT, truth=[True] * 8)
    for letter, line in lines(gates).items():
        assert line.get_color() == palette.LOOKS[letter].dark
    assert gates.figure.get_facecolor() == mpl.colors.to_rgba(palette.DARK["paper"])
    assert curves.lines[0].get_color() == curves.texts[0].get_color() == palette.DARK["ink"]
    assert states.lines[0].get_color() == palette.DARK["ink"]


def test_gates_of_a_gru():
    rng = np.random.default_rng(0)
    trace = GRU(3, 4, rng=rng).forward(rng.normal(size=(5, 1, 3)))
    assert set(lines(plots.plot_gates(trace))) == set("rznh")


def test_text_becomes_the_axis(trace):
    labels = plots.plot_gates(trace, text=TEXT).get_xticklabels()
    assert "".join(label.get_text() for label in labels) == 'a·=·"b"⏎'


def test_a_given_ax_is_used_and_returned(trace):
    _, axes = plt.subplots(3)
    states = trace.c[:, 0]
    assert plots.plot_gates(trace, ax=axes[0]) is axes[0]
    assert plots.plot_text_states(states, TEXT, ax=axes[1]) is axes[1]
    assert plots.plot_learning_curves({"LSTM": states}, ax=axes[2]) is axes[2]
    assert len(plt.get_fignums()) == 1


def test_heat_map_shows_sign_as_hue_and_size_as_depth(trace):
    states = trace.c[:, 0]
    image = plots.plot_text_states(states, TEXT).images[0].get_array()
    np.testing.assert_allclose(image[..., 3], np.abs(states.T) / np.abs(states).max())
    for row, column in np.ndindex(states.T.shape):
        end = "pos" if states[column, row] > 0 else "neg"
        assert to_hex(image[row, column, :3]) == palette.LIGHT[end]


def test_heat_map_key_says_the_largest_number(trace):
    ax = plots.plot_text_states(trace.c[:, 0], TEXT)
    top = f"{np.abs(trace.c[:, 0]).max():.2f}"
    assert [text.get_text() for text in ax.get_legend().get_texts()] == [f"−{top}", f"+{top}"]


def test_heat_map_of_zeros_is_empty():
    image = plots.plot_text_states(np.zeros((3, 2)), "abc").images[0].get_array()
    assert not image[..., 3].any()


def test_truth_is_marked_by_a_bar_for_each_run(trace):
    truth = [False, True, True, False, True, True, True, False]
    ax = plots.plot_text_states(trace.c[:, 0], TEXT, truth=truth)
    assert [list(line.get_xdata()) for line in ax.lines] == [[0.5, 2.5], [3.5, 6.5]]


def test_learning_curves_show_median_and_range():
    runs = np.random.default_rng(0).random((5, 7))
    ax = plots.plot_learning_curves({"LSTM": runs, "baseline": runs + 1})
    np.testing.assert_array_equal(lines(ax)["LSTM"].get_ydata(), np.median(runs, 0))
    edge = ax.collections[0].get_paths()[0].vertices
    for step in range(7):
        heights = edge[edge[:, 0] == step + 1, 1]
        assert heights.min() == runs[:, step].min()
        assert heights.max() == runs[:, step].max()


def band(collection, x):
    """Return the lower and the upper edge of a filled band at `x`."""
    edge = collection.get_paths()[0].vertices
    heights = edge[edge[:, 0] == x, 1]
    return heights.min(), heights.max()


def test_gradient_norms_run_back_from_the_last_step_on_a_log_axis():
    runs = 10.0 ** -np.random.default_rng(0).uniform(0, 30, (4, 9))
    ax = plots.plot_gradient_norms({"RNN": runs, "LSTM": np.sqrt(runs)[:, :5]})
    assert ax.get_yscale() == "log"
    assert ax.get_xlabel() == "steps back from the last"
    drawn = lines(ax)
    assert list(drawn["RNN"].get_xdata()) == [*range(9)]
    assert list(drawn["LSTM"].get_xdata()) == [*range(5)]
    want = 10 ** np.median(np.log10(runs), axis=0)[::-1]
    np.testing.assert_allclose(drawn["RNN"].get_ydata(), want)
    for lag in range(9):
        np.testing.assert_allclose(
            band(ax.collections[0], lag), (runs[:, 8 - lag].min(), runs[:, 8 - lag].max())
        )
    assert drawn["RNN"].get_linestyle() != drawn["LSTM"].get_linestyle()
    assert {note.get_text() for note in ax.texts} == {"RNN", "LSTM"}


def test_names_on_a_log_axis_are_moved_apart_in_decades():
    runs = np.geomspace(1e-40, 1, 20)[None]
    ax = plots.plot_gradient_norms({"a": runs, "b": runs * 1.01, "c": runs * 1.02})
    heights = np.log10(sorted(note.xy[1] for note in ax.texts))
    low, high = np.log10(ax.get_ylim())
    np.testing.assert_allclose(np.diff(heights) / (high - low), 0.07, rtol=0.02)
    np.testing.assert_allclose(heights.mean(), -40, atol=0.1)


def test_a_gradient_of_zero_ends_its_line_and_is_marked():
    runs = np.array([[0, 0, 1e-9, 1e-4, 1], [0, 0, 0, 1e-6, 1], [0, 1e-9, 1e-7, 1e-4, 1]])
    ax = plots.plot_gradient_norms({"ReLU": runs})
    np.testing.assert_allclose(
        lines(ax)["ReLU"].get_ydata(), [1, 1e-4, 1e-9, np.nan, np.nan], rtol=1e-9
    )
    notes = {note.get_text(): note.xy for note in ax.texts}
    assert notes["× ReLU: 0 from here"] == (3, 0)
    np.testing.assert_allclose(notes["ReLU"], (2, 1e-9))
    np.testing.assert_allclose(band(ax.collections[0], 2), (1e-9, 1e-7))  # 0 is as low as it goes
    plt.gcf().canvas.draw()


def test_spectrum_is_drawn_with_the_unit_circle():
    values = np.array([[0.5 + 1j, 0.5 - 1j], [-2, 0]])
    ax = plots.plot_spectrum(values)
    circle, dots = ax.lines
    np.testing.assert_allclose(np.hypot(*circle.get_data()), 1)
    np.testing.assert_array_equal(dots.get_xdata(), values.real.ravel())
    np.testing.assert_array_equal(dots.get_ydata(), values.imag.ravel())
    assert ax.get_aspect() == 1
    assert ax.get_xlim() == ax.get_ylim() == (-2.24, 2.24)


def test_singular_values_are_drawn_by_rank_with_a_line_at_one():
    ax = plots.plot_singular_values(np.array([[0.1, 3.0, 1.0], [5.0, 0.0, 2.0]]))
    line, dots = ax.lines
    assert set(line.get_ydata()) == {1}
    assert list(dots.get_xdata()) == [1, 2, 3, 1, 2, 3]
    assert list(dots.get_ydata()) == [3, 1, 0.1, 5, 2, 0]
    assert ax.get_ylim()[0] == 0


def test_half_lives_are_dots_in_a_row_for_each_name():
    one, other = np.array([8.0, 2.0, 2.0, np.inf]), np.array([0.0, np.inf, np.inf, 1.0])
    ax = plots.plot_half_lives({"one": one, "other": other})
    assert ax.get_xscale() == "log"
    drawn = lines(ax)
    assert list(drawn["one"].get_xdata()) == [2, 2, 8]
    assert list(drawn["other"].get_xdata()) == [1]
    heights = drawn["one"].get_ydata()
    assert heights[0] == heights[2] == 0 < heights[1] < 1  # the second dot at 2 stands on the first
    assert list(drawn["other"].get_ydata()) == [-1]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["one", "other"]
    assert drawn["one"].get_marker() != drawn["other"].get_marker()
    notes = [note.get_text() for note in ax.texts]
    assert notes == ["median 5\n1 of 4 at ∞", "median ∞\n1 of 4 at 0\n2 of 4 at ∞"]
    marks = [line for line in ax.lines if line.get_marker() == "|"]
    assert [list(mark.get_xdata()) for mark in marks] == [[5]]


def test_half_lives_of_one_value_and_of_none_to_draw():
    ax = plots.plot_half_lives({"b = 1": np.full(64, 2.2)})
    heights = lines(ax)["b = 1"].get_ydata()
    assert len(set(heights)) == 64
    assert heights.max() < 0.9
    ax = plots.plot_half_lives({"1997": np.full(3, np.inf)})
    assert ax.texts[0].get_text() == "median ∞\n3 of 3 at ∞"
    plt.gcf().canvas.draw()


def test_saturation_is_a_marker_for_each_gate_of_each_unit(trace):
    found = diagnostics.saturation(trace, 0.4, 0.6)
    ax = plots.plot_saturation(found)
    drawn = lines(ax)
    for letter in "ifo":
        np.testing.assert_array_equal(drawn[letter].get_xdata(), found[letter].left)
        np.testing.assert_array_equal(drawn[letter].get_ydata(), found[letter].right)
        assert drawn[letter].get_marker() == palette.LOOKS[letter].marker
        assert drawn[letter].get_color() == palette.LOOKS[letter].light
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["i", "f", "o"]


@pytest.mark.parametrize(
    ("wrong", "kind", "message"),
    [
        ({"trace": np.ones(3)}, TypeError, "trace must be a Trace"),
        ({"unit": 4}, ValueError, "unit must be from 0 to 3; got 4"),
        ({"unit": 1.0}, TypeError, "unit must be a whole number; got 1.0"),
        ({"batch": -1}, ValueError, "batch must be from 0 to 1; got -1"),
        ({"text": "abc"}, ValueError, "text must have one part for each of the 8 steps; got 3"),
        ({"text": range(8)}, TypeError, "text must be a str or a sequence"),
        ({"text": 8}, TypeError, "text must be a str or a sequence"),
        ({"letters": "iz"}, ValueError, "letters must be some of 'ifgoch'; got 'iz'"),
        ({"letters": ""}, ValueError, "letters must be some of"),
        ({"ax": "here"}, TypeError, "ax must be Matplotlib Axes or None; got 'here'"),
    ],
)
def test_wrong_gates(trace, wrong, kind, message):
    with pytest.raises(kind, match=message):
        plots.plot_gates(**{"trace": trace} | wrong)


@pytest.mark.parametrize(
    ("wrong", "kind", "message"),
    [
        ({"values": np.ones(8)}, ValueError, "values must have shape"),
        ({"values": np.full((8, 2), np.nan)}, ValueError, "values must be finite"),
        ({"values": "letters"}, TypeError, "values must be an array of real numbers"),
        ({"text": "abc"}, ValueError, "text must have one part for each of the 8 steps"),
        ({"truth": [True]}, ValueError, "truth must have shape"),
    ],
)
def test_wrong_states(wrong, kind, message):
    with pytest.raises(kind, match=message):
        plots.plot_text_states(**{"values": np.ones((8, 2)), "text": TEXT} | wrong)


@pytest.mark.parametrize(
    ("curves", "message"),
    [
        ({}, "curves must map 1 to 4 names"),
        ([1, 2], "curves must map 1 to 4 names"),
        ({"a": np.ones(3)}, r"curves\['a'\] must have shape"),
        ({"a": np.full((2, 3), np.inf)}, r"curves\['a'\] must be finite"),
        (dict.fromkeys("abcde", np.ones((1, 2))), "curves must map 1 to 4 names"),
    ],
)
def test_wrong_curves(curves, message):
    with pytest.raises((TypeError, ValueError), match=message):
        plots.plot_learning_curves(curves)


@pytest.mark.parametrize(
    ("draw", "kind", "message"),
    [
        (lambda: plots.plot_gradient_norms({}), ValueError, "norms must map 1 to 4 names"),
        (
            lambda: plots.plot_gradient_norms({"a": [1]}),
            ValueError,
            r"norms\['a'\] must have shape",
        ),
        (lambda: plots.plot_gradient_norms({"a": [[0]]}), ValueError, "above 0 somewhere; got 0"),
        (
            lambda: plots.plot_gradient_norms({"a": [[-1, 2]]}),
            ValueError,
            "at least 0.*got -1 to 2",
        ),
        (lambda: plots.plot_spectrum("ab"), TypeError, "eigenvalues must be an array of numbers"),
        (lambda: plots.plot_spectrum([np.nan]), ValueError, "eigenvalues must be finite"),
        (lambda: plots.plot_spectrum([]), ValueError, "eigenvalues must have shape"),
        (lambda: plots.plot_singular_values([1j]), TypeError, "singular_values must be an array"),
        (
            lambda: plots.plot_singular_values([-1]),
            ValueError,
            "singular_values must be at least 0",
        ),
        (lambda: plots.plot_singular_values([]), ValueError, "singular_values must have shape"),
        (lambda: plots.plot_half_lives([1]), ValueError, "half_lives must map 1 to 4 names"),
        (lambda: plots.plot_half_lives({"a": [-1]}), ValueError, r"half_lives\['a'\] must be num"),
        (lambda: plots.plot_half_lives({"a": [np.nan]}), ValueError, "of at least 0"),
        (lambda: plots.plot_half_lives({"a": [[1]]}), ValueError, r"numbers \(H,\)"),
        (lambda: plots.plot_saturation({}), TypeError, "saturation must map letters"),
        (lambda: plots.plot_saturation({"q": ([0], [1])}), ValueError, "letter of saturation must"),
        (
            lambda: plots.plot_saturation({"f": [0, 1]}),
            ValueError,
            r"saturation\['f'\] must have sh",
        ),
        (lambda: plots.plot_spectrum([1], ax=1), TypeError, "ax must be Matplotlib Axes"),
    ],
)
def test_wrong_diagnostics(draw, kind, message):
    with pytest.raises(kind, match=message):
        draw()
    assert not plt.get_fignums()


@pytest.mark.parametrize(("dark", "page"), [(False, palette.LIGHT), (True, palette.DARK)])
def test_use_style_sets_the_page(dark, page):
    plots.use_style(dark=dark)
    assert plt.figure().get_facecolor() == mpl.colors.to_rgba(page["paper"])


def test_without_matplotlib_the_error_names_the_extra():
    code = "import sys; sys.modules['matplotlib'] = None; from rnn_core import plots"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (
        "ImportError: rnn_core.plots needs Matplotlib: pip install 'rnn_core[plots]'" in run.stderr
    )


def test_the_package_does_not_load_matplotlib():
    code = "import sys, rnn_core, rnn_core.palette; print('matplotlib' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"
