"""Weights and outputs to and from PyTorch, Keras and ONNX: what holds for all three."""

import dataclasses
import json
import math
import re
from itertools import product

import numpy as np
import pytest

from rnn_core import GRU, LSTM, RNN, interop
from rnn_core.engine import sigmoid
from rnn_core.layers import Bidirectional, Stacked
from rnn_core.variants import LRU, LSTM1997, CoupledLSTM, MinGRU, OutlineLSTM, PeepholeLSTM
from tests.cases import SHAPES, draw, make, same, shape_id, snapshot

RNG = np.random.default_rng(0)
KINDS = {"rnn": "RNN", "lstm": "LSTM", "gru": "GRU"}
ALL = ["rnn tanh", "rnn relu", "lstm", "gru after", "gru after b_nh"]  # what each of them has
MORE = {
    "PyTorch": [],
    "Keras": ["rnn logistic", "rnn identity", "gru before"],
    "ONNX": ["rnn logistic", "rnn identity", "gru before", "peephole", "coupled"],
}
CASES = [(peer, variant) for peer, more in MORE.items() for variant in ALL + more]
MADE = {
    "rnn identity": lambda D, H, **o: RNN(D, H, activation="identity", **o),
    "peephole": PeepholeLSTM,
    "coupled": CoupledLSTM,
}


def cell_of(variant, D=3, H=4, dtype=np.float64, seed=0):
    """Return a cell with every parameter random."""
    rng = np.random.default_rng(seed)
    cell = MADE[variant](D, H, rng=rng, dtype=dtype) if variant in MADE else make(variant, D, H)
    cell = cell if cell.dtype == dtype else make(variant, D, H, dtype=dtype)
    for value in cell.params.values():
        value[...] = rng.normal(0, 0.5, value.shape)
    return cell


def there(peer, cell):
    return getattr(interop, "to_" + peer.removeprefix("Py").lower())(cell)


def back(peer, weights, variant):
    """Read weights as a user would who knows what kind of layer they are of."""
    word = variant.split()[1] if variant.startswith("rnn") else "tanh"
    if peer == "PyTorch":
        return interop.from_torch(weights, activation=word)
    if peer == "ONNX":
        return interop.from_onnx(weights)
    reset = "before" if "before" in variant else "after"
    kind = KINDS[variant.split()[0]]
    return interop.from_keras(weights, kind=kind, activation=word, reset=reset)


def arrays_of(weights):
    """Return the arrays in what a converter gave."""
    values = weights if isinstance(weights, list) else weights.values()
    return [value for value in values if isinstance(value, np.ndarray)]


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("shape", SHAPES, ids=shape_id)
@pytest.mark.parametrize(("peer", "variant"), CASES)
def test_there_and_back_is_exact(peer, variant, shape, dtype):
    T, B, D, size = shape
    cell = cell_of(variant, D, size, dtype)
    weights = there(peer, cell)
    again = back(peer, weights, variant)
    xs, state, *_ = draw(cell, T, B)
    assert (type(again), again.dtype) == (type(cell), dtype)
    assert {value.dtype for value in arrays_of(weights)} == {np.dtype(dtype)}
    for name, value in again.params.items():
        np.testing.assert_array_equal(value, cell.params.get(name, 0))  # b_nh may be new, and 0
    np.testing.assert_array_equal(again.forward(xs, state).h, cell.forward(xs, state).h)


@pytest.mark.parametrize(("peer", "variant"), CASES)
def test_the_arrays_are_nobody_elses(peer, variant):
    cell = cell_of(variant)
    weights = there(peer, cell)
    again = back(peer, weights, variant)
    kept = [snapshot(cell.params), snapshot(again.params)]
    for value in arrays_of(weights):
        value[...] = 7
    assert same(cell.params, kept[0])
    assert same(again.params, kept[1])


@pytest.mark.parametrize("variant", ["rnn tanh", "lstm", "gru after b_nh"])
@pytest.mark.parametrize("peer", MORE)
def test_both_directions_go_there_and_back(peer, variant):
    both = Bidirectional(cell_of(variant, seed=1), cell_of(variant, seed=2))
    again = back(peer, there(peer, both), variant)
    assert isinstance(again, Bidirectional)
    assert again.params.keys() == both.params.keys()
    for name, value in both.params.items():
        np.testing.assert_array_equal(again.params[name], value)


@pytest.mark.parametrize("variant", ["gru after", "gru after b_nh"])
@pytest.mark.parametrize("peer", MORE)
def test_a_bias_of_0_is_not_minus_0(peer, variant):
    cell = make(variant)
    for name, value in cell.params.items():
        value[...] = 0 if name.startswith("b") else value
    for value in arrays_of(there(peer, cell)):
        assert not np.signbit(value[value == 0]).any()


# What is lost when numbers are read by the convention of somebody else. The book shows these.


def distance(cell, other, T=20, B=8):
    """Return the largest difference of two cells' hidden states on the same input."""
    xs = np.random.default_rng(1).standard_normal((T, B, cell.input_size))
    return np.abs(cell.forward(xs).h - other.forward(xs).h).max()


@pytest.mark.parametrize("peer", MORE)
def test_a_z_that_is_not_flipped_is_far_off(peer):
    cell = make("gru after b_nh")
    other = back(peer, there(peer, cell), "gru after b_nh")
    assert distance(cell, other) == 0
    for name in ("W_zx", "W_zh", "b_z"):  # as if the rows of z were taken as they are
        other.params[name] *= -1
    assert 0.1 < distance(cell, other) < 2


@pytest.mark.parametrize(
    ("kind", "theirs", "ours"), [("LSTM", "ONNX", "PyTorch"), ("GRU", "Keras", "PyTorch")]
)
def test_gates_in_a_wrong_order_are_far_off(kind, theirs, ours):
    cell = make({"LSTM": "lstm", "GRU": "gru after b_nh"}[kind])
    state_dict = interop.to_torch(cell)
    order = [interop.convention(peer, kind).gates for peer in (ours, theirs)]
    swapped = {
        name: np.concatenate(
            [np.split(value, len(order[0]))[order[0].index(gate)] for gate in order[1]]
        )
        for name, value in state_dict.items()
    }
    assert 0.1 < distance(cell, interop.from_torch(swapped)) < 2


def test_a_reset_on_the_other_side_of_the_product_is_far_off():
    after = make("gru after")
    before = GRU(3, 4, rng=RNG, reset="before")
    for name, value in before.params.items():
        value[...] = after.params[name]
    assert 0.01 < distance(after, before) < 2


def test_a_bias_added_once_too_often_is_far_off():
    cell = make("lstm")
    doubled = interop.to_torch(cell)
    doubled["bias_hh_l0"] = doubled["bias_ih_l0"].copy()
    assert 0.1 < distance(cell, interop.from_torch(doubled)) < 2


def test_a_matrix_that_is_not_transposed_is_far_off():
    cell = make("rnn tanh")
    kernel, recurrent, bias = interop.to_keras(cell)
    turned = interop.from_keras([kernel, recurrent.T, bias], kind="RNN")
    assert 0.1 < distance(cell, turned) < 2


# Cells that another kind of cell computes too


def hidden_states(cell, other, seed=1):
    """Return both cells' hidden states on the same inputs from the same state."""
    xs, state, *_ = draw(cell, 20, 3, seed=seed)
    return cell.forward(xs, state).h, other.forward(xs, state).h


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("peer", ["PyTorch", "Keras"])
def test_a_coupled_lstm_comes_back_as_an_lstm_that_computes_the_same(peer, dtype):
    cell = cell_of("coupled", dtype=dtype)
    again = back(peer, there(peer, cell), "lstm")
    assert (type(again), again.dtype) == (LSTM, dtype)
    for name in ("W_{}x", "W_{}h", "b_{}"):
        np.testing.assert_array_equal(
            again.params[name.format("f")], -cell.params[name.format("i")]
        )
    np.testing.assert_allclose(*hidden_states(cell, again), atol=10 * np.finfo(dtype).eps, rtol=0)


@pytest.mark.parametrize("peer", ["PyTorch", "Keras"])
def test_a_pair_may_have_one_coupled_lstm(peer):
    both = Bidirectional(cell_of("coupled", seed=1), cell_of("lstm", seed=2))
    again = back(peer, there(peer, both), "lstm")
    for way in ("forward", "backward"):
        np.testing.assert_allclose(*hidden_states(both.parts[way], again.parts[way]), atol=1e-14)


@pytest.mark.parametrize("peer", ["PyTorch", "Keras"])
def test_a_peephole_lstm_goes_as_an_lstm_while_its_peepholes_are_0(peer):
    cell = PeepholeLSTM(3, 4, rng=RNG)
    again = back(peer, there(peer, cell), "lstm")
    np.testing.assert_allclose(*hidden_states(cell, again), atol=1e-15)
    for k in "ifo":
        cell.params[f"p_{k}"][2] = 1e-9
        with pytest.raises(
            ValueError, match=f"its peepholes are not all 0, and the LSTM of {peer}"
        ):
            there(peer, cell)
        cell.params[f"p_{k}"][2] = 0


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_the_lstm_of_1997_is_one_whose_forget_gate_rounds_to_1_as_its_refusal_says(dtype):
    old = LSTM1997(3, 4, rng=RNG, dtype=dtype)
    lstm = LSTM(3, 4, rng=RNG, dtype=dtype, forget_bias=40)
    for name, value in lstm.params.items():
        value[...] = old.params.get(name, 40 if name == "b_f" else 0)
    np.testing.assert_allclose(*hidden_states(old, lstm), atol=10 * np.finfo(dtype).eps, rtol=0)
    with pytest.raises(
        ValueError, match=r"for no finite bias; .* W_fh of 0 and b_f of 40 it rounds"
    ):
        interop.to_torch(old)


@pytest.mark.parametrize("size", [1, 4])
def test_a_gru_that_resets_before_a_diagonal_matrix_resets_after_it_in_pytorch(size):
    cell = cell_of("gru before", 3, size)
    cell.params["W_nh"][...] *= np.eye(size)
    again = interop.from_torch(interop.to_torch(cell))
    assert again.reset == "after"
    np.testing.assert_allclose(*hidden_states(cell, again), atol=1e-14)


def test_each_direction_of_onnx_may_have_an_activation_of_its_own():
    both = Bidirectional(make("rnn relu", seed=1), cell_of("rnn identity", seed=2))
    operator = interop.to_onnx(both)
    assert operator["attributes"]["activations"] == ["Relu", "Affine"]
    assert repr(interop.from_onnx(operator)) == repr(both)


# The table of conventions


def test_the_conventions_are_plain_data():
    rows = [dataclasses.asdict(row) for row in interop.CONVENTIONS]
    assert json.loads(json.dumps(rows)) == rows
    assert len({(row["framework"], row["cell"], row["option"]) for row in rows}) == len(rows) == 17
    for row in rows:
        assert sorted(row["gates"]) == sorted(
            {"RNN": "h", "LSTM": "ifgo", "GRU": "rzn"}[row["cell"]]
        )
        assert len(row["own_letters"].split()) == len(row["gates"])
        assert (row["z_weighs"] == "") == (row["reset"] == "") == (row["cell"] != "GRU")


def cell_of_row(row, D, H):
    """Return a cell of the kind that a convention arranges, with every parameter random."""
    if row.option == "OutlineLSTM":
        cell = OutlineLSTM(D, H, rng=RNG, hidden="o tanh c")
        for value in cell.params.values():
            value[...] = RNG.normal(0, 0.5, value.shape)
        return cell
    variant = {"RNN": "rnn tanh", "LSTM": "lstm"}.get(row.cell, f"gru {row.reset}")
    return cell_of(f"{variant} b_nh" if (row.reset, row.biases) == ("after", 2) else variant, D, H)


def stored_of(row, cell):
    """Return the arrays that a convention stores, by the names of `stored_arrays`."""
    names = [name for group, _ in interop.stored_arrays(row) for name in group.split()]
    if row.framework == "rnn_core":
        return {name: cell.params[name] for name in names}
    if row.framework == CHO:
        own = [f"{name}_{k}" if k else name for name, k in product("WUb", ("r", "z", ""))]
        turned = [
            (-1 if k == "z" else 1) * cell.params[name.format(k)]
            for name, k in product(("W_{}x", "W_{}h", "b_{}"), "rzn")
        ]
        return dict(zip(own, turned, strict=True))
    return dict(zip(names, arrays_of(there(row.framework, cell)), strict=True))


CHO = "Cho et al. 2014"
every_row = pytest.mark.parametrize(
    "row", interop.CONVENTIONS, ids=lambda row: f"{row.framework}-{row.cell}-{row.option}"
)


@every_row
def test_the_shapes_in_the_table_are_those_of_the_arrays(row):
    D, H, G = 3, 4, len(row.gates)
    cell = cell_of_row(row, D, H)
    sizes = {"(H, D) for each gate": (H, D), "(H, H) for each gate": (H, H)}
    if row.framework in ("rnn_core", CHO):
        k = row.gates[0]
        names = (f"W_{k}x", f"W_{k}h", f"b_{k}")
        found = [cell.params[name].shape for name in names]
        sizes["(H,) for each gate"] = (H,)
    else:
        weights = there(row.framework, cell)
        found = [value.shape for value in arrays_of(weights)][:3]

    def size(text):
        factors = {"G": G, "H": H, "D": D}
        inner = re.search(r"\((.*?),?\)", text).group(1)
        parts = (part.split("·") for part in inner.split(", "))
        return tuple(math.prod(factors.get(k) or int(k) for k in part) for part in parts)

    wanted = [sizes.get(text) or size(text) for text in (row.weights_x, row.weights_h, row.bias)]
    assert found == wanted


@every_row
def test_the_stored_arrays_are_those_of_the_converters(row):
    D, H = 3, 4
    cell = cell_of_row(row, D, H)
    stored = stored_of(row, cell)
    if row.framework == "rnn_core":
        assert stored.keys() == cell.params.keys()
    for names, shape in interop.stored_arrays(row):
        sizes = [part.split("·") for part in re.findall(r"[\d·DH]+", shape)]
        wanted = tuple(math.prod({"D": D, "H": H}.get(k) or int(k) for k in part) for part in sizes)
        assert [stored[name].shape for name in names.split()] == [wanted] * len(names.split())


def quantities(row, cell):
    """Return the weights of each gate by the names in the equations of a convention."""
    stored, found, G = stored_of(row, cell), {}, len(row.gates)
    if row.framework in ("rnn_core", CHO):
        return stored
    if row.framework == "PyTorch":
        for name, short in zip(stored, ("W_i", "W_h", "b_i", "b_h"), strict=True):
            found |= {
                short + k: v for k, v in zip(row.gates, np.split(stored[name], G), strict=True)
            }
        return found
    letters = row.own_letters.split() if G > 1 else [""]
    if row.framework == "Keras":
        kernel, recurrent, bias = stored.values()
        parts = {"W": kernel, "U": recurrent, "b": bias if row.biases == 1 else bias[0]}
        parts |= {"rb": bias[1]} if row.biases == 2 else {}
    else:
        letters = row.own_letters.split()
        (W,), (R,), (B,) = stored.values()
        half = len(B) // 2
        parts = {"W": W.T, "R": R.T, "Wb": B[:half], "Rb": B[half:]}
    for short, whole in parts.items():
        for k, part in zip(letters, np.split(whole, G, axis=-1), strict=True):
            matrix = row.framework == "ONNX" and short in "WR"
            found[f"{short}_{k}" if k else short] = part.T if matrix else part
    return found


def evaluate(line, known):
    """Work out an equation as it is printed; return the name on its left and its value."""
    left, right = line.split(" = ")

    def name(found):
        return f"known[{found[1]!r}]" + (".T" if found[2] else "")

    right = re.sub(r"([A-Za-z]+̃?_[a-z]+(?:−1)?|\b[WUb]\b)(ᵀ?)", name, right)
    right = re.sub(r"(?<=[\])T]) (?=[k(])", " @ ", right)
    right = right.replace("⊙", "*").replace(" − ", " - ").replace("σ", "sigmoid")
    return left, eval(right, {"known": known, "tanh": np.tanh, "sigmoid": sigmoid})


@every_row
def test_the_equations_as_printed_compute_what_the_cell_computes(row):
    cell = cell_of_row(row, 3, 4)
    x, h, c = RNG.normal(size=3), RNG.normal(size=4), RNG.normal(size=4)
    state = (h[None], c[None])[: 2 if row.cell == "LSTM" else 1]
    want, _ = cell.step(x[None], state)
    known = quantities(row, cell) | {"x_t": x, "X_t": x, "h_t−1": h, "H_t−1": h}
    known |= {"c_t−1": c, "C_t−1": c}
    for line in interop.equations(row):
        left, value = evaluate(line, known)
        known[left] = value
    last = interop.equations(row)[-1].split(" = ")[0]
    np.testing.assert_allclose(known[last], want.h[0], atol=1e-14)


def test_a_convention_is_found_by_name():
    assert interop.convention("Keras", "GRU", "before").option == "reset_after=False"
    assert interop.convention("rnn_core", "GRU").z_weighs == "new"


# Layouts of outputs and states


def test_layouts_turn_and_turn_back():
    hs = np.arange(2 * 3 * 8.0).reshape(2, 3, 8)
    assert interop.batch_major(hs)[2, 1, 5] == hs[1, 2, 5]
    np.testing.assert_array_equal(interop.time_major(interop.batch_major(hs)), hs)
    Y = interop.split_directions(hs, 2)
    assert Y.shape == (2, 2, 3, 4)
    assert Y[1, 1, 2, 3] == hs[1, 2, 7]
    np.testing.assert_array_equal(interop.join_directions(Y), hs)
    assert interop.split_directions(hs).shape == (2, 1, 3, 8)


def test_layouts_copy():
    hs = np.ones((2, 3, 4))
    turned = [interop.time_major(hs), interop.batch_major(hs), interop.split_directions(hs)]
    turned.append(interop.join_directions(hs[:, None]))
    assert not any(np.shares_memory(hs, one) for one in turned)


def test_states_are_stacked_from_the_lowest_layer_up_and_forward_first():
    lstms = [LSTM(4, 2, rng=RNG) for _ in range(4)]
    stack = Stacked([Bidirectional(*lstms[:2]), Bidirectional(*lstms[2:])])
    arrays = [np.arange(4 * 3 * 2.0).reshape(4, 3, 2) + start for start in (0, 100)]
    state = interop.unstack_states(stack, arrays)
    np.testing.assert_array_equal(state[1].forward.c, arrays[1][2])
    np.testing.assert_array_equal(state[0].backward.h, arrays[0][1])
    stack.forward(np.ones((5, 3, 4)), state)
    for found, value in zip(interop.stack_states(state), arrays, strict=True):
        np.testing.assert_array_equal(found, value)


# Refusals

PEEPHOLE, LSTM_ = make("lstm peephole"), make("lstm")
STACK = Stacked([make("lstm"), make("lstm", 4, 4)])
MIXED = Bidirectional(make("lstm"), make("gru after"))
KERAS = interop.to_keras(LSTM_)
KERAS_GRU = interop.to_keras(make("gru after"))
ONNX = interop.to_onnx(LSTM_)
STATE_DICT = interop.to_torch(LSTM_)


def keras(at, value, kind="LSTM", **options):
    weights = list(KERAS_GRU if kind == "GRU" else KERAS)
    weights[at] = value
    return interop.from_keras(weights, kind=kind, **options)


def onnx(op="LSTM", weights=None, **attributes):
    kept = {"W": ONNX["W"], "R": ONNX["R"]} if op == "LSTM" else {}
    if op == "RNN":
        kept = {"W": np.ones((1, 4, 3)), "R": np.ones((1, 4, 4))}
    return interop.from_onnx({"op_type": op, "attributes": attributes} | kept | (weights or {}))


CALLS = {  # message → call
    # cells that the others have not
    "cell must be one of RNN, LSTM, GRU, CoupledLSTM for PyTorch; got LSTM1997: its forget gate is "
    "1, which σ gives for no finite bias": lambda: interop.to_torch(LSTM1997(3, 4, rng=RNG)),
    "one of RNN, LSTM, GRU, PeepholeLSTM, CoupledLSTM for ONNX; got LSTM1997: its forget": lambda: (
        interop.to_onnx(LSTM1997(3, 4, rng=RNG))
    ),
    "for Keras; got PeepholeLSTM: its peepholes are not all 0, and the LSTM of Keras": lambda: (
        interop.to_keras(PEEPHOLE)
    ),
    "for PyTorch; got PeepholeLSTM: its peepholes are not all 0": lambda: interop.to_torch(
        PEEPHOLE
    ),
    "for ONNX; got OutlineLSTM: its output gate sees the cell state through a matrix": lambda: (
        interop.to_onnx(OutlineLSTM(3, 4, rng=RNG))
    ),
    "for ONNX; got MinGRU: its candidate passes no tanh, and that of a GRU of ONNX with its "
    "default activations does": lambda: interop.to_onnx(MinGRU(3, 4, rng=RNG)),
    "with a W_nh that is not diagonal: a different function, which in general": lambda: (
        interop.to_torch(make("gru before"))
    ),
    # options that are not those of this kind
    "activation must be left at 'tanh' for weights of kind LSTM, as it is an option of RNN alone; "
    "got 'relu'": lambda: interop.from_keras(KERAS, kind="LSTM", activation="relu"),
    "activation must be left at 'tanh' for weights of kind GRU, as it is an option": lambda: (
        interop.from_keras(KERAS_GRU, kind="GRU", activation="identity")
    ),
    "reset must be left at 'after' for weights of kind LSTM, as it is an option of GRU": lambda: (
        interop.from_keras(KERAS, kind="LSTM", reset="before")
    ),
    "activation must be left at 'tanh' for weights of kind LSTM, as it is an": lambda: (
        interop.from_torch(STATE_DICT, activation="relu")
    ),
    "activation must be left at 'tanh' for weights of kind GRU, as it is an": lambda: (
        interop.from_torch(interop.to_torch(make("gru after")), activation="relu")
    ),
    "for PyTorch; got LRU: its state is complex": lambda: interop.to_torch(LRU(3, 4, rng=RNG)),
    "for Keras; got Stacked: convert its layers one by one": lambda: interop.to_keras(STACK),
    "cell must be an RNN, LSTM or GRU; got 3": lambda: interop.to_onnx(3),
    "cell must be an RNN, LSTM or GRU; got [1]": lambda: interop.to_keras([1]),
    "with 'tanh' or 'relu' for PyTorch; got 'identity'": lambda: interop.to_torch(
        cell_of("rnn identity")
    ),
    "cells must be of one kind, hidden_size and variant in a layer of ONNX; got LSTM(3": lambda: (
        interop.to_onnx(MIXED)
    ),
    # lists of Keras
    "kind must be one of 'RNN', 'LSTM', 'GRU'; got 'SimpleRNN'": lambda: interop.from_keras(
        KERAS, kind="SimpleRNN"
    ),
    "activation must be one of 'tanh', 'logistic', 'relu', 'identity'; got 'sigmoid'": lambda: (
        interop.from_keras(KERAS, kind="RNN", activation="sigmoid")
    ),
    "reset must be one of 'after', 'before'; got True": lambda: interop.from_keras(
        KERAS_GRU, kind="GRU", reset=True
    ),
    "weights must be a list of arrays; got {": lambda: interop.from_keras({}, kind="LSTM"),
    "weights must be a list of arrays; got array": lambda: interop.from_keras(
        KERAS[0], kind="LSTM"
    ),
    "(or no bias), of one layer or of both directions; got 1 arrays": lambda: interop.from_keras(
        KERAS[:1], kind="LSTM"
    ),
    "recurrent_kernel must have shape (H, 4·H) in the LSTM of Keras; got (16, 4)": lambda: keras(
        1, KERAS[1].T
    ),
    "recurrent_kernel must have shape (H, 3·H) in the GRU of Keras; got (4, 16)": lambda: (
        interop.from_keras(KERAS, kind="GRU")
    ),
    "kernel must have shape (D, 16); got (16, 3)": lambda: keras(0, KERAS[0].T),
    "bias must have shape (16,); got (2, 16)": lambda: keras(2, np.ones((2, 16))),
    "bias must have shape (2, 12) with reset='after', that is reset_after=True; got (12,)": (
        lambda: keras(2, np.ones(12), kind="GRU")
    ),
    "bias must have shape (12,) with reset='before', that is reset_after=False; got (2, 12)": (
        lambda: interop.from_keras(KERAS_GRU, kind="GRU", reset="before")
    ),
    "kernel must be finite; got nan": lambda: keras(0, KERAS[0] * np.nan),
    "dtype of recurrent_kernel must be float64 or float32; got float16": lambda: keras(
        1, KERAS[1].astype(np.float16)
    ),
    "kernel must be an array of real numbers; got dtype <U1": lambda: keras(0, "W"),
    # operators of ONNX
    "operator must be a mapping of names to arrays; got [1]": lambda: interop.from_onnx([1]),
    "operator['op_type'] must be one of 'RNN', 'LSTM', 'GRU'; got None": lambda: interop.from_onnx(
        {}
    ),
    "operator must have W and R, and only names among op_type, attributes, W, R, B; got P": (
        lambda: onnx("RNN", {"P": np.ones((1, 12))})
    ),
    "and only names among op_type, attributes, W, R, B, P; got W, op_type": lambda: (
        interop.from_onnx({"op_type": "LSTM", "W": ONNX["W"]})
    ),
    "attributes must be of type Mapping; got [1]": lambda: onnx(weights={"attributes": [1]}),
    "attributes must be among activations, direction, hidden_size, input_forget, layout for the "
    "LSTM of rnn_core; got clip": lambda: onnx(clip=3.0),
    "direction must be one of 'forward', 'bidirectional'; got 'reverse'": lambda: onnx(
        direction="reverse"
    ),
    "R must have shape (2, 4·H, H) in the LSTM of ONNX; got (1, 16, 4)": lambda: onnx(
        direction="bidirectional"
    ),
    "layout must be 0 or 1 in rnn_core; got 2": lambda: onnx(layout=2),
    "input_forget must be 0 or 1 in rnn_core; got 3": lambda: onnx(input_forget=3),
    "activations must be ['Sigmoid', 'Tanh', 'Tanh'] in rnn_core; got ['Relu']": lambda: onnx(
        activations=["Relu"]
    ),
    "activations must be 1 of Tanh, Sigmoid, Relu, Affine in rnn_core; got ['Elu']": lambda: onnx(
        "RNN", activations=["Elu"]
    ),
    "activations must be 1 of Tanh, Sigmoid, Relu, Affine in rnn_core; got 'Tanh'": lambda: onnx(
        "RNN", activations="Tanh"
    ),
    "activation_alpha must be [1.0] in rnn_core; got [2.0]": lambda: onnx(
        "RNN", activations=["Affine"], activation_alpha=[2.0]
    ),
    "hidden_size must be 4, as R has; got 5": lambda: onnx(hidden_size=5),
    "P must be left out with input_forget=1": lambda: onnx(
        weights={"P": np.ones((1, 12))}, input_forget=1
    ),
    "W must have shape (1, 16, D); got (1, 15, 3)": lambda: onnx(weights={"W": ONNX["W"][:, 1:]}),
    "B must have shape (1, 32); got (1, 16)": lambda: onnx(weights={"B": np.ones((1, 16))}),
    "P must have shape (1, 12); got (12,)": lambda: onnx(weights={"P": np.ones(12)}),
    "W must be finite; got inf": lambda: onnx(weights={"W": ONNX["W"] * np.inf}),
    "dtype of R must be float64 or float32; got int64": lambda: onnx(
        weights={"R": np.ones((1, 16, 4), int)}
    ),
    # layouts
    "ys must have shape (B, T, K), each size at least 1; got (2, 3)": lambda: interop.time_major(
        np.ones((2, 3))
    ),
    "ys must be an array of real numbers": lambda: interop.batch_major("ys"),
    "Y must have shape (T, directions, B, H), each size at least 1; got (1, 0, 2, 3)": lambda: (
        interop.join_directions(np.ones((1, 0, 2, 3)))
    ),
    "hs must have a last axis that 2 directions share; got 3": lambda: interop.split_directions(
        np.ones((1, 2, 3)), 2
    ),
    "directions must be at least 1; got 0": lambda: interop.split_directions(np.ones((1, 2, 3)), 0),
    "state must be a state of a cell, or a tuple of them; got 3": lambda: interop.stack_states(3),
    "layer must be of type Layer; got 'LSTM'": lambda: interop.unstack_states("LSTM", []),
    "arrays must be 2 for this layer; got 1": lambda: interop.unstack_states(
        LSTM_, [np.ones((1, 2, 4))]
    ),
    "arrays[1] must have shape (1, 2, 4); got (2, 4)": lambda: interop.unstack_states(
        LSTM_, [np.ones((1, 2, 4)), np.ones((2, 4))]
    ),
    # conventions
    "framework must be one of 'rnn_core', 'PyTorch', 'Keras', 'ONNX'; got 'JAX'": lambda: (
        interop.convention("JAX", "GRU")
    ),
    "cell must be one of 'RNN', 'LSTM', 'GRU'; got 'LRU'": lambda: interop.convention(
        "Keras", "LRU"
    ),
    "reset must be one of '', 'after'; got 'before'": lambda: interop.convention(
        "PyTorch", "GRU", "before"
    ),
}


@pytest.mark.parametrize(("message", "call"), CALLS.items(), ids=CALLS)
def test_a_wrong_call_is_refused_by_name(message, call):
    with pytest.raises((ValueError, TypeError)) as caught:
        call()
    assert message in str(caught.value)
