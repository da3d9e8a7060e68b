"""A run with a gate held: against a loop over `step` with the formulas written out."""

import numpy as np
import pytest

from rnn_core import GRU, HC, LSTM, RNN, H, intervene, variants
from rnn_core.engine import sigmoid

T, B, D, UNITS, SINCE = 9, 2, 3, 4, 4


def cell_of(make, **options):
    """Return a cell with large weights, peepholes included, so that gates open and close."""
    cell = make(D, UNITS, rng=np.random.default_rng(1), **options)
    rng = np.random.default_rng(2)
    for value in cell.params.values():
        value += rng.normal(size=value.shape)
    return cell


def inputs():
    return np.random.default_rng(3).normal(size=(T, B, D))


def lstm_by_hand(cell, xs, gate, value, since, units):
    """Return h and c of an LSTM with a gate held, line by line."""
    p, h, c, hs, cs = cell.params, np.zeros((B, UNITS)), np.zeros((B, UNITS)), [], []
    for t, x in enumerate(xs):
        a = {k: x @ p[f"W_{k}x"].T + h @ p[f"W_{k}h"].T + p[f"b_{k}"] for k in "ifgo"}
        act = {k: np.tanh(v) if k == "g" else sigmoid(v) for k, v in a.items()}
        if t >= since:
            act[gate][:, units] = value
        c = act["f"] * c + act["i"] * act["g"]
        h = act["o"] * np.tanh(c)
        hs.append(h), cs.append(c)
    return np.array(hs), np.array(cs)


@pytest.mark.parametrize("gate", "ifo")
@pytest.mark.parametrize("value", [0, 0.3, 1])
@pytest.mark.parametrize("units", [None, [2, 0]])
def test_an_lstm_equals_the_loop_written_out(gate, value, units):
    cell, xs = cell_of(LSTM), inputs()
    trace = intervene.hold(cell, xs, gate=gate, value=value, since=SINCE, units=units)
    rows = slice(None) if units is None else units
    hs, cs = lstm_by_hand(cell, xs, gate, value, SINCE, rows)
    np.testing.assert_allclose(trace.h, hs, rtol=0, atol=1e-12)
    np.testing.assert_allclose(trace.c, cs, rtol=0, atol=1e-12)
    assert np.allclose(trace[gate][SINCE:][..., rows], value, rtol=0, atol=1e-15)


@pytest.mark.parametrize("gate", "rz")
@pytest.mark.parametrize("reset", ["after", "before"])
def test_a_gru_equals_the_loop_written_out(gate, reset):
    cell, xs, h = cell_of(GRU, reset=reset), inputs(), np.zeros((B, UNITS))
    trace = intervene.hold(cell, xs, gate=gate, value=1, since=SINCE)
    p = cell.params
    for t, x in enumerate(xs):
        act = {k: sigmoid(x @ p[f"W_{k}x"].T + h @ p[f"W_{k}h"].T + p[f"b_{k}"]) for k in "rz"}
        if t >= SINCE:
            act[gate][:] = 1
        r, z = act["r"], act["z"]
        remembered = r * (h @ p["W_nh"].T) if reset == "after" else (r * h) @ p["W_nh"].T
        h = (1 - z) * h + z * np.tanh(x @ p["W_nx"].T + p["b_n"] + remembered)
        np.testing.assert_allclose(trace.h[t], h, rtol=0, atol=1e-12)


CASES = {
    "LSTM": lambda: cell_of(LSTM),
    "LSTM1997": lambda: cell_of(variants.LSTM1997),
    "PeepholeLSTM": lambda: cell_of(variants.PeepholeLSTM),
    "CoupledLSTM": lambda: cell_of(variants.CoupledLSTM),
    "OutlineLSTM o": lambda: cell_of(variants.OutlineLSTM, hidden="o"),
    "OutlineLSTM o tanh c": lambda: cell_of(variants.OutlineLSTM, hidden="o tanh c"),
    "GRU recurrent bias": lambda: cell_of(GRU, recurrent_bias=True),
    "MinGRU": lambda: cell_of(variants.MinGRU),
}


@pytest.mark.parametrize("name", CASES)
def test_every_gate_is_exactly_shut_or_open_from_its_step_on(name):
    cell, xs = CASES[name](), inputs()
    free = cell.forward(xs)
    for gate in intervene.gates(cell):
        for value in (0, 1):
            trace = intervene.hold(cell, xs, gate=gate, value=value, since=SINCE)
            assert (trace[gate][SINCE:] == value).all()
            for letter in trace.arrays:
                assert (trace[letter][:SINCE] == free[letter][:SINCE]).all()
            assert not np.allclose(trace.h, free.h)


def test_what_a_held_gate_means():
    cell, xs = cell_of(LSTM), inputs()
    shut = intervene.hold(cell, xs, gate="i", value=0, since=SINCE)
    np.testing.assert_array_equal(shut.c[SINCE:], shut["f"][SINCE:] * shut.c[SINCE - 1 : -1])
    silent = intervene.hold(cell, xs, gate="o", value=0, since=SINCE)
    assert (silent.h[SINCE:] == 0).all()
    coupled = cell_of(variants.CoupledLSTM)
    closed = intervene.hold(coupled, xs, gate="i", value=0, since=SINCE)
    assert (closed["f"][SINCE:] == 1).all()
    assert (closed.c[SINCE:] == closed.c[SINCE - 1]).all()


def test_it_starts_from_the_state_it_is_given_and_leaves_the_cell_alone():
    cell, xs = cell_of(LSTM), inputs()
    kept = {name: value.copy() for name, value in cell.params.items()}
    state = HC(*np.random.default_rng(4).normal(size=(2, B, UNITS)))
    trace = intervene.hold(cell, xs, state, gate="i", value=0, since=0)
    np.testing.assert_array_equal(trace.c[0], trace["f"][0] * state.c)
    np.testing.assert_array_equal(trace.before("c")[0], state.c)
    for name, value in cell.params.items():
        np.testing.assert_array_equal(value, kept[name])


def test_float32_stays_float32():
    cell = LSTM(D, UNITS, rng=np.random.default_rng(0), dtype=np.float32)
    trace = intervene.hold(cell, inputs(), gate="f", value=0.5, since=2)
    assert trace.h.dtype == trace["f"].dtype == np.float32


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"gate": "z"}, ValueError, "gate must be one of 'ifo'|gate must be one of 'i', 'f', 'o'"),
        ({"gate": "g"}, ValueError, "gate must be one of .*got 'g'"),
        ({"value": 1.5}, ValueError, "value must be from 0 to 1; got 1.5"),
        ({"value": "shut"}, TypeError, "value must be a number; got 'shut'"),
        ({"since": T}, ValueError, "since must be from 0 to 8; got 9"),
        ({"units": [4]}, ValueError, "units must be from 0 to 3; got 4"),
        ({"units": 1}, TypeError, "units must be a sequence; got 1"),
        ({"state": H(np.zeros((B, UNITS)))}, TypeError, "state must be HC"),
        ({"xs": np.zeros((T, B, 1))}, ValueError, r"xs must have shape \(T, B, 3\)"),
    ],
)
def test_bad_arguments_are_named(changes, error, message):
    given = {"xs": inputs(), "gate": "f", "value": 0} | changes
    with pytest.raises(error, match=message):
        intervene.hold(cell_of(LSTM), given.pop("xs"), given.pop("state", None), **given)


def test_cells_without_gates_are_refused():
    with pytest.raises(ValueError, match="cell must have a gate that can be held; got RNN"):
        intervene.hold(cell_of(RNN), inputs(), gate="f", value=0)
    with pytest.raises(TypeError, match="cell must be of type Cell"):
        intervene.gates("LSTM")
