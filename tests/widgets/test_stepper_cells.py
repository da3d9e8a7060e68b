"""The gate stepper of every cell: its numbers, and its runs with a gate held."""

import gzip
import json
import re

import numpy as np
import pytest
from traitlets import TraitError

from rnn_core import data, intervene
from rnn_core.engine import sigmoid
from rnn_core.heads import Readout
from rnn_core.pretrained import inside_string
from rnn_core.widgets import GateStepper
from rnn_core.widgets.packing import shown
from rnn_core.widgets.stepper.held import run_of
from rnn_core.widgets.stepper.on_paper import ON_PAPER, ONE
from rnn_core.widgets.stepper.pen import Numbers
from tests.stepper_case import TEXT, digits
from tests.stepper_cells import CELLS, UNITS, cell_and_inputs, expected, start_of, stepper_of
from tests.widgets.hooks import Hooks, state_of

GATED = [name for name in CELLS if not name.startswith("RNN")]


@pytest.mark.parametrize("name", CELLS)
def test_every_number_sent_is_pythons_rounding_of_step(name):
    number = Numbers(state_of(stepper_of(name))["data"])
    for t, units in enumerate(expected(name)):
        for u, values in enumerate(units):
            assert {key: shown(number(key, t, u)) for key in values} == values


@pytest.mark.parametrize("name", CELLS)
def test_the_still_figure_shows_every_number_of_its_step(name):
    texts = Hooks(stepper_of(name, t=7, unit=2).html()).texts
    del texts["y"]
    assert texts == {key: {text} for key, text in expected(name)[7][2].items()}


@pytest.mark.parametrize("name", CELLS)
def test_without_the_cell_gates_and_states_are_shown(name):
    cell, xs = cell_and_inputs(name)
    trace = cell.forward(xs, start_of(cell))
    figure = GateStepper(trace, TEXT, t=7, unit=2)
    texts = Hooks(figure.html()).texts
    want = expected(name)[7][2]
    assert {*figure.data["shows"]} <= set(texts) <= set(want)
    assert texts == {key: {want[key]} for key in texts}


def held(name, gate, value, since):
    cell, xs = cell_and_inputs(name)
    return intervene.hold(cell, xs, start_of(cell), gate=gate, value=value, since=since)


@pytest.mark.parametrize("name", GATED)
def test_every_held_run_shows_what_intervene_computes(name):
    figure = stepper_of(name)
    cell, _ = cell_and_inputs(name)
    gates = intervene.gates(cell)
    assert len(figure.data["runs"]) == 4 * len(gates)
    for run in state_of(figure)["data"]["runs"]:
        numbers = Numbers(figure.data, run)
        trace = held(name, run["gate"], run["value"], run["from"])
        for letter in {*figure.data["shows"]} & {*trace.arrays}:
            for t in range(len(TEXT)):
                for u in range(UNITS):
                    assert shown(numbers(letter, t, u)) == digits(trace[letter][t, 0, u])


def test_the_output_of_a_held_run_is_the_readouts():
    readout = Readout(UNITS, 1, rng=np.random.default_rng(3))
    hold = {"gate": "f", "value": 0, "from": 9}
    numbers = Numbers((figure := stepper_of("LSTM")).data, run_of(figure.data, hold))
    says = sigmoid(readout.forward(held("LSTM", "f", 0, 9).h)[:, 0, 0])
    assert [shown(numbers("y", t, 0)) for t in range(len(TEXT))] == [digits(y) for y in says]


def test_the_largest_difference_of_a_held_run_is_named():
    figure = stepper_of("LSTM", hold={"gate": "f", "value": 0, "from": 3})
    readout = figure._made_by.readout
    both = (figure._made_by.trace, held("LSTM", "f", 0, 3))
    free, now = (sigmoid(readout.forward(trace.h)[:, 0, 0]) for trace in both)
    t = int(np.abs(now - free).argmax())
    said = f"The answer differs most at step {t}: {now[t]:.2f} instead of {free[t]:.2f}."
    assert said in figure.drawing()
    figure.hold = {}
    assert "differs most" not in figure.drawing()
    silent = stepper_of("LSTM", readout=None, hold={"gate": "f", "value": 0, "from": 3})
    free, now = silent._made_by.trace.h[:, 0], held("LSTM", "f", 0, 3).h[:, 0]
    t, unit = np.unravel_index(np.abs(now - free).argmax(), free.shape)
    numbers = f"{now[t, unit]:.2f} instead of {free[t, unit]:.2f}.".replace("-", "−")
    assert f"h differs most at step {t}, in unit {unit}: {numbers}" in silent.drawing()


def test_a_held_run_keeps_what_every_gate_comes_to_and_says_why_no_sums():
    figure = stepper_of("LSTM", hold={"gate": "f", "value": 0, "from": 3}, t=4)
    shown_now = re.sub(
        r'<(span|p) class="[^"]*rnnw-split[^"]*"[^>]*>[^<]*</\1>', "", figure.drawing()
    )
    for key in ("i", "f", "g", "o", "fc", "ig", "c", "tc", "h"):
        assert re.search(rf'data-n="{key}"[^>]*>\(?−?\d\.\d{{4}}', shown_now), key
    assert "a held run travels without them" in figure.drawing()


def test_the_still_figure_of_a_held_run_shows_both_runs():
    hold = {"gate": "f", "value": 0, "from": 3}
    html = stepper_of("LSTM", hold=hold, t=10).html()
    texts, trace = Hooks(html).texts, held("LSTM", "f", 0, 3)
    assert texts["c"] == {digits(trace.c[10, 0, 1])}
    assert texts["f"] == {"0.0000"}
    assert "af" not in texts  # the sum inside a gate is not what is asked here
    assert Hooks(html, "data-f").texts["c"] == {expected("LSTM")[10][1]["c"]}
    assert "f is held at 0 from step 3 on" in html
    assert ">held</text>" in html
    before = stepper_of("LSTM", hold=hold, t=2).html()
    assert ">held</text>" not in before
    assert {k: v for k, v in Hooks(before).texts.items() if k != "y"} == {
        key: {text} for key, text in expected("LSTM")[2][1].items()
    }


def test_a_run_that_was_not_sent_is_computed_when_it_is_asked_for():
    figure = stepper_of("GRU after")
    sent = figure.data["runs"]
    figure.hold = {"gate": "z", "value": 0.25, "from": 5}
    assert figure.data["runs"][:-1] == sent
    numbers = Numbers(figure.data, run_of(figure.data, figure.hold))
    trace = held("GRU after", "z", 0.25, 5)
    assert shown(numbers("h", 12, 3)) == digits(trace.h[12, 0, 3])
    assert repr(figure).endswith("t=4 unit=1 z=0.25 from 5>")
    figure.hold = {"gate": "r", "value": 1, "from": 0}
    assert len(figure.data["runs"]) == len(sent) + 1  # what is no longer asked for is dropped
    figure.hold = {"from": 5}  # nothing is held, and the step is remembered
    assert 'aria-valuetext="5"' in figure.html()
    figure.hold = {}
    assert repr(figure).endswith("t=4 unit=1>")


@pytest.mark.parametrize(
    ("hold", "message"),
    [
        ({"gate": "z", "value": 0, "from": 1}, r"hold\['gate'\] must be one of 'i', 'f', 'o'"),
        ({"gate": "f", "value": 2, "from": 1}, r"hold\['value'\] must be from 0 to 1; got 2"),
        ({"gate": "f", "value": 0, "from": 99}, r"hold\['from'\] must be from 0 to 20; got 99"),
        ({"gate": "f"}, "hold must have gate, value and from; got gate"),
    ],
)
def test_a_gate_that_cannot_be_held_is_refused(hold, message):
    figure = stepper_of("LSTM")
    with pytest.raises(TraitError, match=message):
        figure.hold = hold
    assert figure.hold == {}
    with pytest.raises(ValueError, match=message):
        stepper_of("LSTM", hold=hold)


def test_what_holding_needs_is_named():
    cell, xs = cell_and_inputs("LSTM")
    trace = cell.forward(xs)
    with pytest.raises(ValueError, match="hold_from needs the cell that made the trace: give cell"):
        GateStepper(trace, TEXT, hold_from=[2])
    with pytest.raises(ValueError, match="hold_from must be from 0 to 20; got 21"):
        stepper_of("LSTM", hold_from=[21])
    with pytest.raises(TypeError, match="hold_from must be a sequence; got 3"):
        stepper_of("LSTM", hold_from=3)
    with pytest.raises(ValueError, match=r"hold_from needs a cell with a gate; got RNN"):
        stepper_of("RNN tanh", hold_from=[3])
    with pytest.raises(ValueError, match="readout must be given with output"):
        GateStepper(trace, TEXT, cell=cell, hold_from=[2], output=[0.5] * len(TEXT))
    with pytest.raises(TypeError, match="readout must be of type Readout"):
        GateStepper(trace, TEXT, readout=3)


def test_the_data_of_the_cover_keeps_to_its_budget():
    text = "ns = {'_as_int': _as_int, '__name__': __name__}\n"
    text += f"{'text = 1':<{75 - len(text)}}\n"
    assert len(text) == 76
    model = inside_string.load()
    figure = GateStepper(
        model.forward(data.one_hot(text))[0],
        text,
        cell=model.cell,
        readout=model.readout,
        truth=data.inside_string(text),
        follows=inside_string.follows(),
        hold_from=[10],
    )
    sent = json.dumps(figure.data, separators=(",", ":"), ensure_ascii=False).encode()
    assert len(sent) < 60_000
    assert len(gzip.compress(sent)) < 20_000


def test_with_the_forget_gate_shut_the_cell_forgets_the_string_and_with_it_open_never():
    text = "ns = {'_as_int': _as_int, '__name__': __name__}\n"
    model = inside_string.load()
    xs = data.one_hot(text)
    free = inside_string.probability(model, text)
    shut = intervene.hold(model.cell, xs, gate="f", value=0, since=10)
    says = sigmoid(model.readout.forward(shut.h)[:, 0, 0])
    inside = np.flatnonzero(data.inside_string(text))
    inside = inside[(inside >= 12) & (inside < 14)]  # two letters before the closing quote
    assert (free[inside] > 0.9).all()
    assert (says[inside] < 0.5).all()
    wide_open = intervene.hold(model.cell, xs, gate="f", value=1, since=10)
    says = sigmoid(model.readout.forward(wide_open.h)[:, 0, 0])
    assert (says[10:] > 0.99).all()  # it never forgets: all that follows is in the string, too
    assert (free[16:24] < 0.1).all()


def test_no_number_is_so_near_a_half_that_two_machines_could_round_it_differently():
    whole = np.arange(-200_000, 200_001)
    for kind, exact in {"tanh": np.tanh(whole / ONE), "logistic": sigmoid(whole / ONE)}.items():
        distance = np.abs((exact * ONE) % 1 - 0.5)
        assert distance.min() > 1e-9  # the functions of two libraries differ by 1e-12 at most
        assert (ON_PAPER[kind](whole) == np.floor(exact * ONE + 0.5)).all()
