"""The backprop stepper: its traits, and that it shows the worked example and nothing else."""

import re

import pytest
import traitlets

from rnn_core import worked
from rnn_core.widgets import BackpropStepper
from rnn_core.widgets.backprop.data import edges, nodes
from rnn_core.widgets.backprop.drawing import split
from rnn_core.widgets.backprop.plans import PLANS
from rnn_core.widgets.backprop.sheets import Tall, Wide
from rnn_core.worked.tables import TABLES

NAMES = tuple(TABLES)
every_example = pytest.mark.parametrize("name", NAMES)


def texts(drawing, kind):
    """Return the texts of one class in the wide drawing, in order."""
    wide = drawing.split('<svg class="rnnw-unrolled rnnw-tall"')[0]
    found = re.findall(rf'<text class="{kind}[^>]*>(.*?)</text>', wide)
    return [re.sub(r"<[^>]*>", "", text) for text in found]


def plain(markup):
    """Return the words of some markup."""
    return re.sub(r"<[^>]*>", "", markup)


@every_example
def test_after_the_last_operation_every_number_of_the_example_stands_in_the_graph(name):
    example = worked.example(name)
    stepper = BackpropStepper(name)
    stepper.stage = len(stepper.data["ops"]) - 1
    drawing = stepper.drawing()
    names = nodes(example)
    assert texts(drawing, "rnnw-value") == [example.shown(label) for label in names]
    gradients = [
        "1" if label.startswith("L_") else worked.digits(example.gradients[label])
        for label in names
    ]
    assert texts(drawing, "rnnw-gradient") == gradients
    slopes = [
        float(text[1:].strip("()").replace("−", "-")) for text in texts(drawing, "rnnw-slope")
    ]
    assert slopes == pytest.approx([example.slopes[pair] for pair in edges(example)], abs=5e-5)


@every_example
def test_a_number_is_shown_from_the_operation_on_that_computes_it(name):
    example, stepper = worked.example(name), BackpropStepper(name)
    names = nodes(example)
    values, gradients = {"h_0", "c_0"} & set(names), set()
    for k, (kind, box, _, _, *lines) in enumerate(stepper.data["ops"]):
        stepper.stage = k
        left = lines[-1].split(" = ")[0]
        if kind == 0:
            values.add(names[box])
            assert left == names[box]
        else:
            gradients |= {label for label in names if label.startswith("L_")}
        if left.startswith("∂L/∂") and "through" not in left:
            gradients.add(left.removeprefix("∂L/∂"))
        drawing = stepper.drawing()
        assert {n for n, text in zip(names, texts(drawing, "rnnw-value"), strict=True) if text} == (
            values
        )
        shown = texts(drawing, "rnnw-gradient")
        assert {n for n, text in zip(names, shown, strict=True) if text} == gradients
    assert values == gradients == set(names)


@every_example
def test_the_operations_are_the_lines_of_the_example_up_to_the_start(name):
    example, stepper = worked.example(name), BackpropStepper(name)
    shown = [text.replace(" · ", "·") for op in stepper.data["ops"] for text in op[4:]]
    walked = [
        line for line in example.lines if line.kind not in ("share", "total")
        and line.about[0] not in example.parameters
    ]  # fmt: skip
    for line in walked:
        if "∂L_" in line.name or (line.formula.startswith("∂L_") and line.kind == "path"):
            continue  # the loss: its two lines are shown as one
        assert str(line) in shown
    values = [line for line in walked if line.kind == "value"]
    slopes = [line for line in walked if line.kind == "slope"]
    sums = [line for line in walked if line.kind == "sum"]
    assert [len([op for op in stepper.data["ops"] if op[0] == kind]) for kind in (0, 1, 2)] == [
        len(values), len(slopes), len(sums)
    ]  # fmt: skip


@every_example
def test_a_lit_line_is_the_one_whose_local_derivative_is_shown(name):
    example, stepper = worked.example(name), BackpropStepper(name)
    lines = edges(example)
    for kind, box, lit, _, *texts in stepper.data["ops"]:
        own = nodes(example)[box]
        if kind == 1:
            ((source, to),) = [lines[k] for k in lit]
            assert source == own
            assert f"∂{to}/∂{source}" in texts[0]
        else:
            ends = [lines[k][1 if kind == 0 else 0] for k in lit]
            assert set(ends) <= {own}
            assert len(ends) == sum(pair[kind == 0] == own for pair in lines)


@every_example
def test_each_parameter_is_the_sum_of_what_its_three_steps_add(name):
    example, stepper = worked.example(name), BackpropStepper(name)
    for parameter in example.parameters:
        stepper.parameter = parameter
        total = stepper.data["totals"][parameter]
        numbers = [text.split(" = ")[-1] for text, _ in total["steps"]]
        assert numbers == [worked.digits(example.shares[parameter, t]) for t in (3, 2, 1)]
        assert total["total"].endswith(f" = {worked.digits(example.gradients[parameter])}")
        assert f"{len(example.paths(parameter))} paths" in total["heading"]
        assert plain(stepper.drawing()).count(total["total"].split(" = ")[-1]) >= 1


def test_the_paths_of_the_rnn_are_products_of_what_stands_beside_their_lines():
    example = worked.example("rnn")
    for parameter in example.parameters:
        paths = BackpropStepper("rnn").data["totals"][parameter]["paths"]
        known = {" → ".join(path.names): path for path in example.paths(parameter)}
        assert len(paths) == len(known) == 6
        for lit, way, product, _ in paths:
            path = known[way]
            assert product.endswith(f" = {worked.digits(path.value)}")
            factors = [
                float(k.strip("()").replace("−", "-")) for k in product.split(" = ")[0].split(" × ")
            ]
            assert factors == pytest.approx(list(path.slopes), abs=5e-5)
            pairs = [edges(example)[k] for k in lit]
            assert [to for _, to in pairs] + [pairs[-1][0], parameter] == list(path.names)


def test_a_lit_path_ends_at_the_weight_with_its_last_factor():
    example = worked.example("rnn")
    for parameter in example.parameters:
        for k, (_, way, product, _) in enumerate(
            BackpropStepper("rnn").data["totals"][parameter]["paths"], 1
        ):
            drawing = BackpropStepper("rnn", parameter=parameter, path=k).drawing()
            wide = drawing.split('<svg class="rnnw-unrolled rnnw-tall"')[0]
            ((t, inside),) = re.findall(
                r'<g class="rnnw-use rnnw-lit" data-u="(\d)">(.*?)</g>', wide
            )
            assert way.split(" → ")[-2:] == [f"a_{t}", parameter]
            texts_of = [plain(part) for part in re.findall(r"<text.*?</text>", inside)]
            last = product.split(" = ")[0].split(" × ")[-1]
            assert texts_of == [parameter.replace("_", ""), f"×{last}"]
            assert f'<p class="rnnw-path rnnw-lit"><b>{k}</b>' in drawing


def test_the_bars_are_named():
    for name in NAMES:
        assert "size of each part" in plain(BackpropStepper(name).drawing())


def test_three_steps_back_the_product_is_small():
    """What the RNN's figure shows: of what L_3 says, a tenth is left at step 1."""
    example = worked.example("rnn")
    brought = {p.names[-2]: p.value for p in example.paths("W_hh") if p.names[0] == "L_3"}
    assert brought["a_3"] > 2.5 * brought["a_2"] > 2.5 * 2.5 * brought["a_1"] > 0
    assert brought["a_1"] / brought["a_3"] < 0.1
    text = BackpropStepper("rnn").data["totals"]["W_hh"]["last"]
    assert "0.4962 at step 3, 0.1815 at step 2, 0.0400 at step 1" in text


@every_example
@pytest.mark.parametrize("layout", [Wide, Tall])
def test_boxes_do_not_overlap_and_lines_end_on_them(name, layout):
    example, sheet = worked.example(name), layout(PLANS[name])
    width, height = sheet.box
    places = {label: sheet.at(*split(label)) for label in nodes(example)}
    for label, (x, y) in places.items():
        assert width / 2 <= x <= sheet.size[0] - width / 2, label
        assert height / 2 <= y <= sheet.size[1] - height / 2, label
        for other, (x2, y2) in places.items():
            assert other == label or abs(x - x2) >= width or abs(y - y2) >= height
    for source, to in edges(example):
        ends = (*split(source), *split(to))
        key = ends[0] if ends[1] == ends[3] else f"{ends[0]}0"
        routes = PLANS[name].routes.get((key, ends[2]), ("straight", "straight"))
        points = sheet.points(routes[layout is Tall], ends)
        for label, (x, y) in ((source, points[0]), (to, points[-1])):
            dx, dy = abs(x - places[label][0]), abs(y - places[label][1])
            assert max(2 * dx / width, 2 * dy / height) == pytest.approx(1), (source, to)


def test_other_numbers_are_computed_anew():
    stepper = BackpropStepper("gru")
    stepper.weights = {"W_nh": -1.5}
    expected = worked.example("gru", weights={"W_nh": -1.5})
    assert repr(stepper.worked) == repr(expected)
    assert stepper.data == BackpropStepper("gru", weights={"W_nh": -1.5}).data
    stepper.xs = [0.0, 0.0, 2.0]
    stepper.targets = [0.0, 0.0, 0.0]
    stepper.start = {"h_0": -1.0}
    given = stepper.worked.given
    assert (given["x_3"], given["y_2"], given["h_0"], given["W_nh"]) == (2.0, 0.0, -1.0, -1.5)


@pytest.mark.parametrize(
    ("trait", "value", "message"),
    [
        ("stage", 20, "stage must be from 0 to 19; got 20"),
        ("stage", -1, "stage must be from 0 to 19; got -1"),
        ("path", 7, "path must be from 0 to 6; got 7"),
        ("parameter", "W_fh", "parameter must be one of 'W_hx', 'W_hh', 'b_h'; got 'W_fh'"),
        ("weights", {"W_fh": 1.0}, "a key of weights must be one of 'W_hx', 'W_hh', 'b_h'"),
        ("weights", {"W_hh": float("inf")}, "W_hh must be finite"),
        ("start", {"c_0": 1.0}, "a key of start must be one of 'h_0'"),
        ("xs", [1.0, 2.0], r"xs must have shape \(3,\)"),
        ("targets", [1.0, 2.0, 3.0, 4.0], r"targets must have shape \(3,\)"),
    ],
)
def test_a_trait_out_of_range_is_refused_and_nothing_changes(trait, value, message):
    stepper = BackpropStepper("rnn")
    before, data = getattr(stepper, trait), stepper.data
    with pytest.raises(traitlets.TraitError, match=message):
        setattr(stepper, trait, value)
    assert getattr(stepper, trait) == before
    assert stepper.data is data


@pytest.mark.parametrize(
    ("name", "changes", "message"),
    [
        ("elman", {}, "example must be one of 'rnn', 'lstm', 'gru', 'gru before'"),
        ("lstm", {"stage": 83}, "stage must be from 0 to 82"),
        ("lstm", {"parameter": "W_hh"}, "parameter must be one of 'W_ix'"),
        ("lstm", {"path": 1}, "path must be from 0 to 0"),
        ("rnn", {"xs": [1.0]}, r"xs must have shape \(3,\)"),
        ("rnn", {"weights": 3}, "weights must be of type Mapping"),
        ("rnn", {"stage": "last"}, "stage must be a whole number"),
    ],
)
def test_a_bad_argument_is_named(name, changes, message):
    with pytest.raises((TypeError, ValueError), match=message):
        BackpropStepper(name, **changes)


def test_repr():
    assert [repr(BackpropStepper(name)) for name in NAMES] == [
        "<BackpropStepper rnn stage=17 of 0…19: ∂L/∂h_1 = 0.3607; ∂L/∂W_hh = 0.6664>",
        "<BackpropStepper lstm stage=65 of 0…82: ∂L/∂h_1 = 0.0899; ∂L/∂W_fh = 0.0568>",
        "<BackpropStepper gru stage=53 of 0…65: ∂L/∂h_1 = 0.4860; ∂L/∂W_nh = 0.2253>",
        "<BackpropStepper gru before stage=53 of 0…65: ∂L/∂h_1 = 0.3968; ∂L/∂W_nh = 0.1862>",
    ]


def test_every_name_a_screen_reader_hears():
    assert {name: BackpropStepper(name).label for name in NAMES} == {
        "rnn": "An RNN, three steps forward and back",
        "lstm": "An LSTM, three steps forward and back",
        "gru": "A GRU, three steps forward and back",
        "gru before": "A GRU that resets before the product, three steps forward and back",
    }
    words = plain(BackpropStepper("rnn", stage=18).drawing())
    assert (
        "Back from h1 to a1: 0.3607 has arrived, times the local derivative 0.4200 is 0.1515."
        in (words)
    )
