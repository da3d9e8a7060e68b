"""The worked examples: what is printed is what the cells, differences and PyTorch compute."""

import numpy as np
import pytest

from rnn_core import worked
from rnn_core.worked.formula import Formula
from tests.cases import SOURCES, fixture
from tests.worked_case import EXAMPLES, NAMES, of_steps

STARTS = {"h_0", "c_0"}
LSTM_PATHS = 30 + 6 + 1
EVERY = pytest.mark.parametrize("example", EXAMPLES.values(), ids=EXAMPLES)


def passes(example):
    """Return what the cell of rnn_core makes of the example, forward and back."""
    cell = example.cell()
    start = cell.zero_state(1)
    for letter, value in start._asdict().items():
        value[...] = example.given[f"{letter}_0"]
    trace = cell.forward(of_steps(example, "x"), start)
    return trace, cell.backward(trace, trace.h - of_steps(example, "y"))


@EVERY
def test_values_are_those_of_forward(example):
    trace, _ = passes(example)
    for t in range(example.steps):
        for letter in set("hcifgorzn") & set(trace.arrays):
            value = trace[letter][t, 0, 0]
            assert example.values[f"{letter}_{t + 1}"] == pytest.approx(value, abs=1e-12)
    errors = trace.h - of_steps(example, "y")
    assert example.loss == pytest.approx((errors**2).sum() / 2, abs=1e-12)


@EVERY
def test_sums_of_paths_are_those_of_backward(example):
    _, grads = passes(example)
    for name in example.parameters:
        assert example.gradients[name] == pytest.approx(grads.params[name].item(), abs=1e-12)
    for letter, start in grads.state._asdict().items():
        assert example.gradients[f"{letter}_0"] == pytest.approx(start.item(), abs=1e-12)
        for t, value in enumerate(getattr(grads, letter), 1):
            assert example.gradients[f"{letter}_{t}"] == pytest.approx(value.item(), abs=1e-12)


@EVERY
def test_totals_are_those_of_finite_differences(example):
    def loss(**changes):
        return worked.Worked(example.name, example.given | changes, example.steps).loss

    for name in [*example.parameters, *STARTS & set(example.given)]:
        value = example.given[name]
        measured = (loss(**{name: value + 1e-5}) - loss(**{name: value - 1e-5})) / 2e-5
        assert example.gradients[name] == pytest.approx(measured, rel=1e-6, abs=1e-8)


@EVERY
def test_each_local_derivative_is_that_of_its_formula(example):
    rows = {row.name: row for row in example.table}
    for (source, to), slope in example.slopes.items():
        t = int(to.replace(",", "_").split("_")[-1])
        row = rows[to.removesuffix(f",{t}").removesuffix(f"_{t}")]
        (key,) = (key for key in row.slopes if example.label(key, t) == source)
        values = {name: example.values[example.label(name, t)] for name in row.formula.names}
        up, down = (row.formula.value(values | {key: values[key] + d}) for d in (1e-6, -1e-6))
        assert slope == pytest.approx((up - down) / 2e-6, abs=1e-8), (source, to)


@EVERY
def test_a_gradient_is_the_sum_over_its_paths_and_of_its_steps(example):
    for name in example.parameters:
        paths = example.paths(name)
        assert len(paths) == len({path.names for path in paths})
        assert all(path.value == pytest.approx(np.prod(path.slopes)) for path in paths)
        total = example.gradients[name]
        assert sum(path.value for path in paths) == pytest.approx(total, abs=1e-12)
        shares = [example.shares[name, t] for t in range(1, example.steps + 1)]
        assert sum(shares) == pytest.approx(total, abs=1e-12)


def test_the_paths_of_the_examples_are_counted():
    assert len(worked.example("rnn").paths("W_hh")) == 3 + 2 + 1
    for name, parameter in [("gru", "W_nh"), ("gru before", "W_nh")]:
        # A step back has four ways: r, z, the candidate, and the state kept.
        assert len(worked.example(name).paths(parameter)) == 3 + 2 * 4 + 4**2
    # c_t sends to c_t+1 and h_t; h_t to the loss, to o_t+1 and by three gates to c_t+1.
    assert len(worked.example("lstm").paths("W_fh")) == LSTM_PATHS


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("case", EXAMPLES)
def test_totals_are_those_of_pytorch(source, case):
    found = fixture(source, "worked", "make_torch_worked")[case]
    gradients = EXAMPLES[case].gradients
    assert set(found) == {*EXAMPLES[case].parameters, *STARTS & set(EXAMPLES[case].given)}
    for name, value in found.items():
        assert gradients[name] == pytest.approx(value.item(), abs=1e-10), name


def test_one_unit_cannot_tell_the_two_resets_apart_without_the_second_bias():
    after = worked.example("gru", weights={"b_nh": 0.0})
    before = worked.example("gru before")
    assert after.values["h_3"] == pytest.approx(before.values["h_3"], abs=1e-15)
    assert worked.example("gru").values["h_3"] != pytest.approx(before.values["h_3"], abs=1e-3)


def test_lines_print_the_formula_the_numbers_and_what_comes_out():
    lines = {line.name: str(line) for line in worked.example("rnn").lines}
    assert lines["a_3"] == (
        "a_3 = W_hx·x_3 + W_hh·h_2 + b_h = 0.5 × (−1) + 0.8 × 0.7440 + 0.1 = 0.1952"
    )
    assert lines["∂h_2/∂a_2"] == "∂h_2/∂a_2 = 1 − h_2² = 1 − 0.7440² = 0.4465"
    assert lines["∂a_3/∂h_2"] == "∂a_3/∂h_2 = W_hh = 0.8"
    assert lines["∂L/∂h_2"] == (
        "∂L/∂h_2 = ∂L_2/∂h_2 + ∂L/∂a_3·∂a_3/∂h_2 = −0.2560 + 0.5336 = 0.2775"
    )
    assert lines["∂L/∂W_hh"] == (
        "∂L/∂W_hh = ∂L/∂a_3·h_2 + ∂L/∂a_2·h_1 + ∂L/∂a_1·h_0 = 0.4962 + 0.0944 + 0.0758 = 0.6664"
    )
    assert lines["∂L/∂b_h at 2"] == "∂L/∂b_h at 2 = ∂L/∂a_2 = 0.1239"


def test_every_number_is_computed_once_and_in_order():
    for example in EXAMPLES.values():
        names = [line.name for line in example.lines if line.kind != "path"]
        assert len(names) == len(set(names))
        known = set(example.given)
        for line in example.lines:
            if line.kind == "value":
                t = int(line.name.replace(",", "_").split("_")[-1])
                row = next(r for r in example.table if example.label(r.name, t) == line.name)
                assert {example.label(name, t) for name in row.formula.names} <= known
                known.add(line.name)


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("f*c0 + i*g", "f·c0 + i·g"),
        ("a - (b + c)", "a − (b + c)"),
        ("a - b + c", "a − b + c"),
        ("(a + b)*c", "(a + b)·c"),
        ("o*(1 - tanh(c)**2)", "o·(1 − tanh(c)²)"),
        ("0.5*(h - y)**2", "½·(h − y)²"),
    ],
)
def test_a_formula_is_spelled_as_it_is_computed(text, spelled):
    assert Formula(text).spell(lambda name: name) == spelled


def test_a_negative_number_stands_in_parentheses_where_a_sign_precedes_it():
    formula = Formula("a*b + (c - d)**2")
    assert formula.spell(lambda name: "−1", " × ") == "−1 × (−1) + (−1 − (−1))²"


@pytest.mark.parametrize("text", ["a +", "a / b", "cos(a)", "'a'", "a[0]", "a if b else c"])
def test_other_formulas_are_refused(text):
    with pytest.raises(ValueError, match="text must be a formula"):
        Formula(text)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": "elman"}, "name must be one of 'rnn', 'lstm'"),
        ({"weights": {"W_xx": 1.0}}, "a key of weights must be one of 'W_hx'"),
        ({"weights": {"W_hh": np.nan}}, "W_hh must be finite"),
        ({"weights": [1.0]}, "weights must be of type Mapping"),
        ({"start": {"c_0": 1.0}}, "a key of start must be one of 'h_0'"),
        ({"xs": []}, "xs must have shape"),
        ({"targets": [1.0]}, "targets must have shape"),
    ],
)
def test_bad_input_is_named(changes, message):
    with pytest.raises((TypeError, ValueError), match=message):
        worked.example(**({"name": "rnn"} | changes))


def test_repr():
    assert [repr(worked.example(name)) for name in NAMES] == [
        "<Worked rnn T=3 loss=0.3069>",
        "<Worked lstm T=3 loss=0.4045>",
        "<Worked gru T=3 loss=0.4468>",
        "<Worked gru before T=3 loss=0.3880>",
    ]
