"""The gate stepper in Python: what it sends to the page, what it draws, what it refuses."""

import dataclasses
import json
import re
import subprocess
import sys

import numpy as np
import pytest
from traitlets import TraitError

from rnn_core import LSTM, variants
from rnn_core.widgets import GateStepper, front_end
from rnn_core.widgets.packing import pack, rounded, shown, unpack
from rnn_core.widgets.stepper.pen import Numbers
from tests.stepper_case import SENTENCE, TEXT, UNITS, digits, expected, lstm_and_inputs, stepper
from tests.widgets.hooks import Hooks, state_of

JSON_BUDGET = 60_000
SCRIPT_BUDGET = 8_000


def test_every_number_sent_is_pythons_rounding_of_step() -> None:
    number = Numbers(state_of(stepper())["data"])
    for t, units in enumerate(expected()):
        for u, values in enumerate(units):
            assert {key: shown(number(key, t, u)) for key in values} == values


@pytest.mark.parametrize("t", [0, 7, len(TEXT) - 1])
@pytest.mark.parametrize("unit", range(UNITS))
def test_the_still_figure_shows_the_numbers_of_its_step(t: int, unit: int) -> None:
    widget = stepper(t=t, unit=unit)
    texts = Hooks(widget.html()).texts
    texts.pop("corr")
    texts.pop("y")
    assert texts == {key: {text} for key, text in expected()[t][unit].items()}


def test_the_still_figure_follows_the_traits() -> None:
    widget = stepper()
    widget.t, widget.unit, widget.shown = 9, 2, "f"
    assert Hooks(widget.html()).texts["c"] == {expected()[9][2]["c"]}
    assert 'value="f" checked' in widget.html()
    assert state_of(widget) | {"data": 0} == {
        "data": 0,
        "t": 9,
        "unit": 2,
        "shown": "f",
        "hold": {},
    }


def test_output_truth_and_correlation_are_shown() -> None:
    output = np.linspace(0, 1, len(TEXT))
    texts = Hooks(stepper(t=7, output=output).html()).texts
    assert texts["y"] == {digits(output[7])}
    assert texts["corr"] == {"−0.2000"}
    assert SENTENCE in stepper().html()
    assert stepper().data["follows"]["best"] == 3  # the largest in size, though negative


def test_a_stepper_without_options_shows_gates_and_states_only() -> None:
    lstm, xs = lstm_and_inputs()
    texts = Hooks(GateStepper(lstm.forward(xs), TEXT).html()).texts
    assert set(texts) == {"i", "f", "g", "o", "c0", "c", "tc", "h", "fc", "ig"}


def test_it_starts_from_the_state_it_was_given_and_shows_the_sequence_asked_for() -> None:
    lstm, xs = lstm_and_inputs()
    xs = np.concatenate([xs, xs[::-1]], axis=1)
    rng = np.random.default_rng(5)
    start = type(lstm.zero_state(2))(*rng.normal(size=(2, 2, UNITS)))
    trace = lstm.forward(xs, start)
    number = Numbers(GateStepper(trace, TEXT, batch=1, cell=lstm).data)
    assert shown(number("c0", 0, 2)) == digits(start.c[1, 2])
    assert shown(number("h", 3, 2)) == digits(trace.h[3, 1, 2])
    assert shown(number("hf", 0, 2)) == digits(lstm.params["W_fh"][2] @ start.h[1])


def test_float32_traces_are_taken() -> None:
    lstm = LSTM(2, 3, rng=np.random.default_rng(0), dtype=np.float32)
    assert stepper_of(lstm, np.ones((4, 1, 2)), "abcd").data["T"] == 4


def stepper_of(lstm: LSTM, xs: np.ndarray, text: str) -> GateStepper:
    return GateStepper(lstm.forward(xs), text, cell=lstm)


def test_repr_and_mimebundle() -> None:
    widget = stepper()
    assert repr(widget) == f"<GateStepper LSTM T={len(TEXT)} units=5 t=4 unit=1>"
    bundle, _ = widget._repr_mimebundle_()
    assert bundle["text/plain"] == repr(widget)
    assert bundle["text/html"] == widget.html()
    assert "application/vnd.jupyter.widget-view+json" in bundle


def test_markup_is_the_same_every_time_and_escapes_the_text() -> None:
    assert stepper().html() == stepper().html()
    text = ["<", "&", '"', "</script>", *TEXT[4:]]
    lstm, xs = lstm_and_inputs()
    html = GateStepper(lstm.forward(xs), text, t=3, label='<b>"').html()
    assert "<span>&lt;</span><span>&amp;</span>" in html
    assert "<span>&lt;/script&gt;</span>" in html
    assert html.count("</script>") == 1
    assert '<b>"' not in html


def test_special_characters_are_visible_and_have_names() -> None:
    data = stepper().data
    assert "".join(data["glyphs"]) == TEXT.replace(" ", "·").replace("\n", "⏎").replace("\t", "⇥")
    assert data["names"]["⏎"] == "newline"
    lstm, xs = lstm_and_inputs()
    odd = GateStepper(lstm.forward(xs), "\x00" + TEXT[1:])
    assert odd.data["glyphs"][0] == "\\u0000"


def test_words_get_room() -> None:
    lstm, xs = lstm_and_inputs()
    words = GateStepper(lstm.forward(xs), ["word", *TEXT[1:]])
    assert "--w:40px" in words.html()
    assert "--w:12px" in stepper().html()


@pytest.mark.parametrize("units", [12, 16])
def test_the_data_of_80_characters_keeps_to_its_budget(units: int) -> None:
    rng = np.random.default_rng(0)
    lstm, which = LSTM(40, units, rng=rng), rng.integers(25, size=80)
    xs = np.eye(40)[which][:, None]
    widget = GateStepper(
        lstm.forward(xs), "x" * 80, cell=lstm, truth=[True] * 80, output=[0.5] * 80
    )
    assert len(json.dumps(widget.data, separators=(",", ":"))) < JSON_BUDGET


@pytest.mark.parametrize("numbers", [[0], [31, -31], [0, 10_000], [-131_071], [131_072, -5]])
def test_packing_is_undone_by_unpacking(numbers: list[int]) -> None:
    assert unpack(pack(np.array(numbers))) == numbers


def test_rounding_is_that_of_python() -> None:
    values = np.array([0.00005, -0.00005, 1.00005, -0.00004, 2.5, -0.99995, 0.12345])
    assert [shown(n) for n in rounded(values).tolist()] == [digits(v) for v in values]
    assert shown(0) == "0.0000"


BAD = {
    "text too short": ({"text": "abc"}, ValueError, r"text .*21 steps; got 3"),
    "text not a text": ({"text": 7}, TypeError, r"text .*got 7"),
    "empty entry": ({"text": [""] * len(TEXT)}, TypeError, r"text .*non-empty"),
    "t too large": ({"t": len(TEXT)}, ValueError, r"t must be from 0 to 20; got 21"),
    "t not whole": ({"t": 1.5}, TypeError, r"t must be a whole number; got 1.5"),
    "unit negative": ({"unit": -1}, ValueError, r"unit must be from 0 to 4; got -1"),
    "batch": ({"batch": 1}, ValueError, r"batch must be from 0 to 0; got 1"),
    "shown": ({"shown": "z"}, ValueError, r"shown must be one of .*got 'z'"),
    "truth length": ({"truth": [True]}, ValueError, r"truth must be 21 booleans.*\(1,\)"),
    "truth not booleans": ({"truth": [2] * len(TEXT)}, ValueError, r"truth must be 21 booleans"),
    "output length": ({"output": [0.5]}, ValueError, r"output must have shape \(21,\); got \(1,\)"),
    "output range": ({"output": [1.5] * len(TEXT)}, ValueError, r"output .*0 to 1; got 1.5"),
    "output NaN": ({"output": [np.nan] * len(TEXT)}, ValueError, r"output must be finite"),
    "follows keys": ({"follows": {"name": "x"}}, TypeError, r"follows must have .*got name"),
    "follows kind": ({"follows": 3}, TypeError, r"follows must be a Follows or a dict; got 3"),
    "cell of another kind": ({"cell": "lstm"}, ValueError, r"cell must be the LSTM .*'lstm'"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_names_argument_given_and_expected(case: str) -> None:
    changes, error, message = BAD[case]
    lstm, xs = lstm_and_inputs()
    given = {"text": TEXT} | changes
    with pytest.raises(error, match=message):
        GateStepper(lstm.forward(xs), given.pop("text"), **given)


@pytest.mark.parametrize(
    ("r", "message"),
    [
        ([0.1], r"follows.r must have shape \(5,\); got \(1,\)"),
        ([2.0] * UNITS, r"follows.r must be correlations from -1 to 1; got 2.0"),
    ],
)
def test_correlations_are_checked(r: list[float], message: str) -> None:
    follows = {"name": "it", "state": "there", "r": r, "measured_on": "Nothing."}
    with pytest.raises(ValueError, match=message):
        stepper(follows=follows)


def test_traces_of_other_cells_and_broken_ones_are_refused() -> None:
    lstm, xs = lstm_and_inputs()
    lru = variants.LRU(xs.shape[-1], UNITS, rng=np.random.default_rng(0))
    with pytest.raises(
        ValueError, match=r"trace must be of one of RNN, LSTM.*; got a trace of LRU"
    ):
        GateStepper(lru.forward(xs), TEXT)
    with pytest.raises(TypeError, match="trace must be a Trace; got str"):
        GateStepper("trace", TEXT)
    trace = lstm.forward(xs)
    broken = trace.arrays | {"f": np.full_like(trace["f"], np.nan)}
    with pytest.raises(ValueError, match=r"trace\['f'\] must be finite; got nan"):
        GateStepper(dataclasses.replace(trace, arrays=broken), TEXT)


def test_a_cell_that_did_not_make_the_trace_is_refused() -> None:
    lstm, xs = lstm_and_inputs()
    with pytest.raises(
        ValueError, match="cell must be the LSTM that made the trace; its i differs"
    ):
        GateStepper(lstm.forward(xs), TEXT, cell=lstm_and_inputs(seed=1)[0])


@pytest.mark.parametrize(("trait", "value"), [("t", 21), ("t", -1), ("unit", 5), ("shown", "q")])
def test_traits_refuse_what_the_data_does_not_have(trait: str, value: object) -> None:
    widget = stepper()
    with pytest.raises(TraitError, match=f"{trait} must"):
        setattr(widget, trait, value)
    assert (widget.t, widget.unit, widget.shown) == (4, 1, "c")


def test_the_module_is_self_contained() -> None:
    module = front_end.module("gate_stepper")
    assert not re.search(r"^\s*import\b|\bimport\(", module, re.MULTILINE)
    assert module.count("export default") == 1
    script = front_end.classic_script()
    assert not re.search(r"^\s*(import|export)\b", script, re.MULTILINE)
    for text in (module, script, front_end.stylesheet()):
        assert "//" not in re.sub(r"(^|\s)// .*", "", text), (
            "an address, or a comment at a line end"
        )
        assert "url(" not in text
        assert "@import" not in text
    assert (front_end.HERE / "gate_stepper.js").stat().st_size <= SCRIPT_BUDGET
    with pytest.raises(ValueError, match=r"name must be one of .*gate_stepper.*; got 'nothing'"):
        front_end.module("nothing")


def test_the_package_alone_imports_no_widget() -> None:
    code = (
        "import sys, rnn_core; sys.exit('anywidget' in sys.modules or 'ipywidgets' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_missing_extra_is_named() -> None:
    code = "import sys; sys.modules['anywidget'] = None; import rnn_core.widgets"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "rnn_core.widgets needs anywidget: pip install 'rnn-core[widgets]'" in run.stderr
