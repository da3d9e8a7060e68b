"""One LSTM over one text, and what a gate stepper must show of it, worked out with `step` alone."""

from __future__ import annotations

import numpy as np

from rnn_core import HC, LSTM
from rnn_core.heads import Readout
from rnn_core.widgets import Follows, GateStepper

TEXT = 'say("hi",\n\tx<&y)  # "'
UNITS = 5
GATES = "ifgo"
HELD_FROM = [3, 6, 12]
SENTENCE = "Measured nowhere: this is a test."


def lstm_and_inputs(seed: int = 0) -> tuple[LSTM, np.ndarray]:
    """Return an LSTM with large weights, so that gates open and close, and a one-hot text."""
    letters = sorted(set(TEXT))
    xs = np.zeros((len(TEXT), 1, len(letters)))
    xs[range(len(TEXT)), 0, [letters.index(k) for k in TEXT]] = 1
    rng = np.random.default_rng(seed)
    lstm = LSTM(len(letters), UNITS, rng=rng)
    for value in lstm.params.values():
        value *= 3
        value += rng.normal(size=value.shape)
    return lstm, xs


def start_of(seed: int = 0) -> HC:
    """Return a state to start from that is not zero."""
    h, c = np.random.default_rng(seed + 50).uniform(-1, 1, size=(2, 1, UNITS))
    return HC(h, c)


def stepper(seed: int = 0, **changes: object) -> GateStepper:
    """Return a stepper with every option given."""
    lstm, xs = lstm_and_inputs(seed)
    given = {
        "unit": 1,
        "t": 4,
        "cell": lstm,
        "truth": [k % 3 == 0 for k in range(len(TEXT))],
        "readout": Readout(UNITS, 1, rng=np.random.default_rng(seed + 200)),
        "hold_from": HELD_FROM,
        "follows": Follows("the string", "inside a string", [0.1, -0.2, 0.3, -0.95, 0.5], SENTENCE),
        "label": "A test",
    }
    return GateStepper(lstm.forward(xs, start_of(seed)), TEXT, **(given | changes))


def digits(value: float) -> str:
    """Return a number as Python rounds it, with the minus sign of typography and no −0."""
    text = f"{value:.4f}".replace("-", "−")
    return "0.0000" if text == "−0.0000" else text


def expected(seed: int = 0) -> list[list[dict[str, str]]]:
    """Return, by step and unit, every number by its key, computed step by step."""
    return numbers_of_steps(*lstm_and_inputs(seed), start_of(seed))


def numbers_of_steps(lstm: LSTM, xs: np.ndarray, start: HC) -> list[list[dict[str, str]]]:
    """Return the same for any LSTM and any text."""
    state, steps = start, []
    for x in xs:
        before = state
        state, gates = lstm.step(x, before)
        values = {k: gates[k][0] for k in GATES}
        values |= {"c0": before.c[0], "c": state.c[0], "h": state.h[0], "tc": np.tanh(state.c[0])}
        values |= {"fc": gates["f"][0] * before.c[0], "ig": gates["i"][0] * gates["g"][0]}
        for k in GATES:
            values["x" + k] = lstm.params[f"W_{k}x"] @ x[0]
            values["h" + k] = lstm.params[f"W_{k}h"] @ before.h[0]
            values["b" + k] = lstm.params[f"b_{k}"]
            values["a" + k] = values["x" + k] + values["h" + k] + values["b" + k]
        steps.append(
            [{key: digits(v[u]) for key, v in values.items()} for u in range(lstm.hidden_size)]
        )
    return steps
