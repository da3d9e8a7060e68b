"""The plots draw what they are given, in the palette's colours, and say what is wrong."""

import subprocess
import sys

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.colors import to_hex

from rnn_core import GRU, LSTM, palette, plots

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
    ],
)
def test_wrong_curves(curves, message):
    with pytest.raises((TypeError, ValueError), match=message):
        plots.plot_learning_curves(curves)


def test_use_style_sets_the_page(trace):
    plots.use_style()
    assert plt.figure().get_facecolor() == mpl.colors.to_rgba(palette.LIGHT["paper"])


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
