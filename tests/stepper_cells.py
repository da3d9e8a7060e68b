"""Every cell a gate stepper can show, and its numbers worked out with `step` and plain formulas."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from rnn_core import GRU, LSTM, RNN, variants
from rnn_core.cell import Cell
from rnn_core.heads import Readout
from rnn_core.widgets import GateStepper
from tests.stepper_case import TEXT, digits

UNITS = 4
Make = Callable[..., Cell]

CELLS: dict[str, tuple[Make, dict[str, Any]]] = {
    "RNN tanh": (RNN, {}),
    "RNN logistic": (RNN, {"activation": "logistic"}),
    "RNN relu": (RNN, {"activation": "relu"}),
    "RNN identity": (RNN, {"activation": "identity"}),
    "LSTM": (LSTM, {}),
    "LSTM1997": (variants.LSTM1997, {}),
    "PeepholeLSTM": (variants.PeepholeLSTM, {}),
    "CoupledLSTM": (variants.CoupledLSTM, {}),
    "OutlineLSTM o": (variants.OutlineLSTM, {"hidden": "o"}),
    "OutlineLSTM o tanh c": (variants.OutlineLSTM, {"hidden": "o tanh c"}),
    "GRU after": (GRU, {}),
    "GRU after, two biases": (GRU, {"recurrent_bias": True}),
    "GRU before": (GRU, {"reset": "before"}),
    "MinGRU": (variants.MinGRU, {}),
}


def cell_and_inputs(name: str) -> tuple[Cell, np.ndarray]:
    """Return a cell with weights large enough for gates to open and close, and a one-hot text."""
    letters = sorted(set(TEXT))
    xs = np.eye(len(letters))[[letters.index(k) for k in TEXT]][:, None]
    make, options = CELLS[name]
    cell = make(len(letters), UNITS, rng=np.random.default_rng(0), **options)
    rng = np.random.default_rng(1)
    # A linear recurrence must not run away over the text.
    size = 0.3 if options.get("activation") in ("relu", "identity") else 1
    for key, value in cell.params.items():
        value *= 0.5 if size < 1 and key == "W_hh" else 1
        value += rng.normal(size=value.shape) * (0 if key == "W_hh" else size)
    return cell, xs


def start_of(cell: Cell) -> Any:
    """Return a state to start from that is not zero."""
    zero = cell.zero_state(1)
    rng = np.random.default_rng(2)
    return type(zero)(*(rng.uniform(-1, 1, value.shape) for value in zero))


def stepper_of(name: str, **changes: Any) -> GateStepper:
    """Return a stepper of one cell, with its readout, and gates held where it has any."""
    cell, xs = cell_and_inputs(name)
    given: dict[str, Any] = {"unit": 1, "t": 4, "cell": cell}
    given["readout"] = Readout(UNITS, 1, rng=np.random.default_rng(3))
    given["hold_from"] = [] if name.startswith("RNN") else [3, 9]
    return GateStepper(cell.forward(xs, start_of(cell)), TEXT, **(given | changes))


def expected(name: str) -> list[list[dict[str, str]]]:
    """Return, by step and unit, every number by its key."""
    cell, xs = cell_and_inputs(name)
    state, steps = start_of(cell), []
    for x in xs:
        before = state
        state, gates = cell.step(x, before)
        values = _numbers(cell, x[0], before, state, {k: v[0] for k, v in gates.items()})
        steps.append([{key: digits(v[u]) for key, v in values.items()} for u in range(UNITS)])
    return steps


def _numbers(cell: Any, x: np.ndarray, before: Any, after: Any, gates: dict) -> dict:
    """Return every number of one step, by key, each (H,)."""
    p, h0, h = cell.params, before.h[0], after.h[0]
    of = {"RNN": _rnn, "GRU": _gru, "MinGRU": _mingru}.get(cell.kind, _lstm)
    extra = of(cell, p, x, h0, before, after, gates)
    return gates | {"h": h} | extra


def _gate(p: dict, k: str, x: np.ndarray, h0: np.ndarray, **more: np.ndarray) -> dict:
    parts = {}
    if f"W_{k}x" in p:
        parts["x" + k] = p[f"W_{k}x"] @ x
    if f"W_{k}h" in p:
        parts["h" + k] = p[f"W_{k}h"] @ h0
    parts |= {"b" + k: p[f"b_{k}"]} | more
    return parts | {"a" + k: sum(parts.values())}


def _rnn(cell: Any, p: dict, x: Any, h0: Any, before: Any, after: Any, gates: dict) -> dict:
    return _gate(p, "h", x, h0)


def _lstm(cell: Any, p: dict, x: Any, h0: Any, before: Any, after: Any, gates: dict) -> dict:
    c0, c, out = before.c[0], after.c[0], {"c0": before.c[0], "c": after.c[0]}
    for k in cell.letters:
        seen = c if k == "o" else c0
        more = {}
        if f"p_{k}" in p:
            out["p" + k] = p[f"p_{k}"]
            more = {"c" + k: p[f"p_{k}"] * seen}
        if k == "o" and "W_oc" in p:
            more = {"co": p["W_oc"] @ c}
        out |= _gate(p, k, x, h0, **more)
    if "f" in gates:
        out["fc"] = gates["f"] * c0
    out["ig"] = gates["i"] * gates["g"]
    if cell.options.get("hidden") != "o":
        out["tc"] = np.tanh(c)
    return out


def _gru(cell: Any, p: dict, x: Any, h0: Any, before: Any, after: Any, gates: dict) -> dict:
    r, z, n = (gates[k] for k in "rzn")
    out = _gate(p, "r", x, h0) | _gate(p, "z", x, h0)
    out |= {"xn": p["W_nx"] @ x, "bn": p["b_n"]}
    if cell.reset == "before":
        out |= {"rh": r * h0, "hn": p["W_nh"] @ (r * h0)}
        inside = out["hn"]
    else:
        out["hn"] = p["W_nh"] @ h0
        if "b_nh" in p:
            out |= {"dn": p["b_nh"], "un": out["hn"] + p["b_nh"]}
        out["rn"] = r * out.get("un", out["hn"])
        inside = out["rn"]
    out["an"] = out["xn"] + out["bn"] + inside
    return out | {"h0": h0, "kz": 1 - z, "kh": (1 - z) * h0, "zn": z * n}


def _mingru(cell: Any, p: dict, x: Any, h0: Any, before: Any, after: Any, gates: dict) -> dict:
    z, n = gates["z"], gates["n"]
    out = _gate(p, "z", x, h0) | _gate(p, "n", x, h0)
    return out | {"h0": h0, "kz": 1 - z, "kh": (1 - z) * h0, "zn": z * n}
