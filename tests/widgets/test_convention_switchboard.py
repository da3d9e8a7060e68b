"""The switchboard of conventions in Python: its facts and numbers are those of interop."""

import re
import statistics
from html import unescape

import numpy as np
import pytest
from traitlets import TraitError

from rnn_core import GRU, LSTM, RNN, interop
from rnn_core.widgets import ConventionSwitchboard
from rnn_core.widgets.packing import unpack
from rnn_core.widgets.switchboard import data
from tests.figures.convention_switchboard import make
from tests.switchboard_case import FIGURES, PAIRS, ROWS, RUNS, pair_of, read_here, stored

KERAS, TORCH, ONNX = "Keras reset_after=True", "PyTorch", "ONNX linear_before_reset=1"
BEFORE = "ONNX linear_before_reset=0"
RNG = np.random.default_rng(3)


def words(markup):
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", "", markup)))


def shown(figure, hook):
    """Return the texts of the elements with an attribute."""
    return [words(text) for text in re.findall(rf"<(?:b|span) {hook}>(.*?)</", figure.drawing())]


# The numbers


@pytest.mark.parametrize(("kind", "written", "read"), PAIRS)
def test_every_number_is_that_of_arrays_fitted_in_layout_alone(kind, written, read):
    found, run = pair_of(kind, written, read), RUNS[kind][written]
    if found["off"] is None:
        return
    a, b = ROWS[kind][written], ROWS[kind][read]
    hs = run.hs
    if a != b:
        every = zip(run.cells, run.xs, strict=True)
        hs = [read_here(stored(cell, a), b, xs) for cell, xs in every]
    off = [np.abs(one - other).max() for one, other in zip(hs, run.hs, strict=True)]
    assert found["off"] == pytest.approx(statistics.median(off), abs=6e-5)
    wrong = max(off) > 1e-9
    numbers = re.findall(r"\d\.\d\d", found["verdict"] + found["said"])
    size = statistics.median(np.abs(h).max() for h in run.hs)
    said = [f"{n:.2f}" for n in (statistics.median(off), min(off), max(off), size)]
    assert numbers == (said if wrong else [])
    verdict = f"o error is raised, and h is off by {said[0]} in the middle of five cells."
    assert found["verdict"].endswith(verdict if wrong else "Nothing is off.")
    if wrong:
        turned = "Keras" in (a.framework, b.framework) and a.framework != b.framework
        assert found["verdict"].startswith("Once the matrices are turned to fit, n") == turned
    if wrong:
        assert unpack(found["h"]) == np.rint(hs[0][:, 3] * 1000).tolist()
    else:
        assert found["h"] == ""


@pytest.mark.parametrize(("kind", "written", "read"), PAIRS)
def test_what_is_wrong_follows_from_the_table(kind, written, read):
    a, b = ROWS[kind][written], ROWS[kind][read]
    found = pair_of(kind, written, read)
    same = (a.gates, a.z_weighs, a.reset) == (b.gates, b.z_weighs, b.reset)
    if found["off"] is None:
        outline = "OutlineLSTM" in (a.option, b.option)
        two = (a.biases, b.biases, a.reset, b.reset) == (2, 1, "after", "before")
        assert outline or two
        assert found["marks"] == []
        return
    assert (found["off"] < 1e-9) == same
    turned = a.z_weighs != b.z_weighs
    signs = {False: "≠", True: "="}
    want = [signs[k == other] for k, other in zip(a.gates, b.gates, strict=True)]
    assert [m if m == "≠" else "=" for m in found["marks"]] == want
    moved = a.reset != b.reset and a.gates == b.gates
    assert ("moved" in found["marks"]) == moved
    assert ("1 − z" in found["marks"]) == (turned and a.gates == b.gates)
    assert ("z weighed" in found["said"]) == turned
    assert ("r acted" in found["said"]) == (a.reset != b.reset)
    assert ("No conversion is right" in found["said"]) == (a.reset != b.reset)


def test_the_right_curve_is_what_the_cell_computes():
    for kind, figure in FIGURES.items():
        for packed, run in zip(figure.data["h"], RUNS[kind].values(), strict=True):
            assert unpack(packed) == np.rint(run.hs[0][:, 3] * 1000).tolist()


def test_loading_wrongly_is_far_off():
    wrong = [p["off"] for f in FIGURES.values() for p in f.data["pairs"] if p["off"]]
    assert min(wrong) > 0.3  # and so none is a matter of rounding
    moved = [p["off"] for f in FIGURES.values() for p in f.data["pairs"] if "≠" in p["marks"]]
    assert min(moved) > 1


# What does not fit is said in the words of interop


def test_two_biases_do_not_fit_a_gru_that_resets_before_the_product():
    gru = RUNS["GRU"][KERAS].cells[0]
    with pytest.raises(ValueError, match="bias must have shape") as refused:
        interop.from_keras(interop.to_keras(gru), kind="GRU", reset="before")
    for written in (KERAS, TORCH, ONNX):
        found = pair_of("GRU", written, "Keras reset_after=False")
        assert found["said"] == f"The interop module says: “{refused.value}”."
        assert found["verdict"] == "Refused."
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="recurrent_bias must be False") as refused:
        GRU(4, 8, rng=rng, reset="before", recurrent_bias=True)
    assert str(refused.value) in pair_of("GRU", KERAS, "rnn_core reset='before'")["said"]


def test_pytorch_has_no_gru_that_resets_before_the_product():
    for written in ("rnn_core reset='before'", "Keras reset_after=False", BEFORE):
        with pytest.raises(ValueError, match="cell must be a GRU with reset='after'") as refused:
            interop.to_torch(RUNS["GRU"][written].cells[0])
        said = pair_of("GRU", written, TORCH)["said"]
        assert f"No conversion is right. The interop module says: “{refused.value}”." in said


@pytest.mark.parametrize("peer", ["PyTorch", "Keras", "ONNX"])
def test_no_framework_has_the_lstm_of_the_outline(peer):
    to = {"PyTorch": interop.to_torch, "Keras": interop.to_keras}.get(peer, interop.to_onnx)
    with pytest.raises(ValueError, match="got OutlineLSTM") as refused:
        to(RUNS["LSTM"]["rnn_core OutlineLSTM"].cells[0])
    why = str(refused.value).split("OutlineLSTM: ")[1]
    for pair in (("rnn_core OutlineLSTM", peer), (peer, "rnn_core OutlineLSTM")):
        assert why in pair_of("LSTM", *pair)["said"]


# The equations, the blocks and the arrays


@pytest.mark.parametrize("kind", ROWS)
def test_every_convention_has_its_equations_blocks_and_rules(kind):
    drawing = FIGURES[kind].drawing()
    for name, row in ROWS[kind].items():
        for side in ("written", "read"):
            key = re.escape(f'data-{side}="{name}"'.replace("'", "&#x27;"))
            parts = re.split(key, drawing)
            assert len(parts) == 3
            strip, panel = parts[1].split("</div>")[0], parts[2].split("</table>")[0]
            letters = re.findall(r"--gate-(\w)\)\"><i>(\w+\u0303?)</i>", strip)
            assert letters == [*zip(row.gates, row.own_letters.split(), strict=True)]
            lines = re.findall(r'<p class="rnnw-conv-equation">(.*?)</p>', panel)
            assert [words(line) for line in lines] == [
                re.sub(r"_", "", line) for line in interop.equations(row)
            ]
            assert (f"z weighs the {row.z_weighs} state" in words(panel.replace("<dd>", " "))) == (
                kind == "GRU"
            )


@pytest.mark.parametrize(("inputs", "units"), [(1, 2), (4, 8), (3, 64)])
@pytest.mark.parametrize("kind", ROWS)
def test_the_shapes_and_counts_are_those_of_real_arrays(kind, inputs, units):
    figure = ConventionSwitchboard(kind, inputs=inputs, units=units)
    tables = re.findall(r'<table class="rnnw-conv-arrays">(.*?)</table>', figure.drawing())
    assert len(tables) == 2 * len(ROWS[kind])
    for table, row in zip(tables, [*ROWS[kind].values()] * 2, strict=True):
        cell = data.random_cell(row, RNG, inputs, units)
        if row.framework == "rnn_core":
            arrays = cell.params
        elif row.framework == "Cho et al. 2014":
            own = {"x": "W", "h": "U"}
            arrays = {
                f"{own.get(name[-1], 'b')}_{name[2]}".removesuffix("_n"): value
                for name, value in cell.params.items()
            }
        elif row.framework == "Keras":
            names = ("kernel", "recurrent_kernel", "bias")
            arrays = dict(zip(names, interop.to_keras(cell), strict=True))
        else:
            arrays = interop.to_torch(cell) if row.framework == "PyTorch" else interop.to_onnx(cell)
            arrays = {k: v for k, v in arrays.items() if isinstance(v, np.ndarray)}
        for line in re.findall(r"<tr data-shape.*?</tr>", table):
            names = re.findall(r"<span>(\w+)</span>", line)
            several = f"{len(names)} × " if len(names) > 1 else ""
            shapes = {f"{several}{arrays[name].shape}" for name in names}
            assert shapes == {re.search(r"data-size>(.*?)<", line)[1]}
            count = sum(arrays.pop(name).size for name in names)
            assert f"data-count>{count}<" in line
        assert arrays == {}
        whole = sum(int(n) for n in re.findall(r"data-count>(\d+)<", table))
        assert f"data-total>{whole}<" in table


def test_a_gru_of_4_and_8_has_312_numbers_or_336():
    totals = re.findall(r"data-total>(\d+)<", FIGURES["GRU"].drawing())[:8]
    assert totals == ["312", "312", "336", "336", "312", "336", "336", "312"]


# The figure


def test_it_stands_where_it_is_told():
    figure = make(written=TORCH, read="rnn_core reset='after'")
    assert repr(figure) == (
        "<ConventionSwitchboard GRU written by PyTorch, read as rnn_core reset='after': "
        "off by 1.393>"
    )
    assert shown(figure, "data-verdict") == [
        "Once the arrays are brought into shape, no error is raised, and h is off by 1.39 in the "
        "middle of five cells."
    ]
    assert re.findall(r'data-mark="(.*?)"', figure.drawing()) == ["=", "1 − z", "="]
    figure.written = "rnn_core reset='after'"
    assert shown(figure, "data-verdict") == ["Nothing is off."]
    refused = make(written=TORCH, read="Keras reset_after=False")
    assert repr(refused).endswith("read as Keras reset_after=False: refused>")
    assert re.findall(r'data-mark="(.*?)"', refused.drawing()) == ["×"] * 3


def test_the_papers_and_the_outline_can_be_chosen():
    names = {kind: words(FIGURES[kind].drawing().split("</select>")[0]) for kind in FIGURES}
    for name in ("Cho et al. 2014", "rnn_core reset='before' (Chung 2014, the outline)"):
        assert name in names["GRU"]
    for name in ("rnn_core (Gers 2000)", "rnn_core OutlineLSTM (the outline)"):
        assert name in names["LSTM"]
    found = pair_of("GRU", "Cho et al. 2014", "rnn_core reset='before'")
    assert found["marks"] == ["=", "1 − z", "="]
    assert "z weighed the old state and now weighs the new one" in found["said"]
    assert "The right conversion changes the sign of the block of z." in found["said"]
    assert found["verdict"].startswith("No error is raised, and h is off by")


def test_another_seed_is_computed_anew():
    figure = make()
    before = figure.data
    figure.seed = 10
    assert figure.data == make(seed=10).data != before
    assert figure.data["seed"] == 10


@pytest.mark.parametrize("reset", ["after", "before"])
def test_a_cell_of_ones_own(reset):
    cell = GRU(2, 5, rng=np.random.default_rng(1), reset=reset)
    figure = ConventionSwitchboard("GRU", cell=cell, unit=4, written=KERAS, read=TORCH)
    rng = np.random.default_rng(0)
    twin = GRU(2, 5, rng=rng, reset="after")
    for name, value in twin.params.items():
        value[...] = cell.params[name]
    rng = np.random.default_rng(0)
    data.random_cell(ROWS["GRU"][KERAS], rng, 2, 5)  # takes its draws first
    xs = rng.normal(size=(40, 2))
    h = twin.forward(xs[:, None]).h[:, 0, 4]
    assert unpack(figure.data["h"][figure.data["rows"].index(KERAS)]) == np.rint(h * 1000).tolist()
    assert "five inputs" in pair_of("GRU", KERAS, TORCH, figure)["said"]
    assert "h</tspan> of unit 4" in figure.drawing()
    lstm = ConventionSwitchboard("LSTM", cell=LSTM(2, 5, rng=rng))
    assert pair_of("LSTM", TORCH, "ONNX", lstm)["off"] > 0.01


@pytest.mark.parametrize("written", ["rnn_core reset='before'", "Keras reset_after=False"])
def test_a_gru_of_one_unit_may_reset_on_either_side(written):
    figure = ConventionSwitchboard("GRU", cell=GRU(2, 1, rng=RNG), unit=0)
    said = pair_of("GRU", written, "ONNX linear_before_reset=1", figure)["said"]
    assert "No conversion is right" not in said
    alike = pair_of("GRU", "Keras reset_after=False", "ONNX linear_before_reset=1", figure)
    assert alike["off"] == 0


def test_a_second_bias_of_ones_own_cell_is_not_lost():
    cell = GRU(2, 5, rng=np.random.default_rng(1), recurrent_bias=True)
    cell.params["b_nh"][...] = 1
    figure = ConventionSwitchboard("GRU", cell=cell)
    assert pair_of("GRU", KERAS, ONNX, figure)["off"] == 0
    found = pair_of("GRU", "rnn_core reset='after'", "Keras reset_after=False", figure)
    assert "bias must have shape (15,)" in found["said"]


def test_bad_arguments_are_named():
    gru = GRU(2, 3, rng=RNG)
    for change, words_of in {
        ("kind", "RNN"): "kind must be one of 'GRU', 'LSTM'; got 'RNN'",
        ("read", "Keras"): "read must be one of",
        ("written", "JAX"): "written must be one of",
        ("inputs", 5): "inputs must be one of 1, 2, 3, 4, 8",
        ("units", 3): "units must be one of 2, 4, 8",
        ("units", 0): "units must be",
        ("seed", -1): "seed must be",
        ("unit", 8): "unit must be",
    }.items():
        with pytest.raises(ValueError, match=re.escape(words_of)):
            make(**dict([change]))
    with pytest.raises(TypeError, match="cell must be of type GRU; got RNN"):
        make(cell=RNN(2, 3, rng=RNG))
    with pytest.raises(TypeError, match="cell must be of type LSTM; got GRU"):
        ConventionSwitchboard("LSTM", cell=gru)


@pytest.mark.parametrize(
    ("name", "value"), [("written", "JAX"), ("read", ""), ("inputs", 5), ("units", 3), ("seed", -1)]
)
def test_a_trait_out_of_range_is_refused(name, value):
    figure = make()
    before = getattr(figure, name)
    with pytest.raises(TraitError, match=f"{name} must be"):
        setattr(figure, name, value)
    assert getattr(figure, name) == before
