"""The numbers of the worked examples: few digits, so that a reader can start on paper."""

from __future__ import annotations

XS = (1.0, 0.5, -1.0)
TARGETS = (0.5, 1.0, -0.5)
START = {"h_0": 0.5, "c_0": 0.5}

_LSTM = {
    "W_ix": 0.5, "W_ih": 0.4, "b_i": 0.2,
    "W_fx": 0.3, "W_fh": 0.2, "b_f": 1.0,
    "W_gx": 0.8, "W_gh": 0.6, "b_g": 0.1,
    "W_ox": 0.6, "W_oh": 0.5, "b_o": 0.3,
}  # fmt: skip
_GRU = {
    "W_rx": 0.4, "W_rh": 0.5, "b_r": 0.3,
    "W_zx": 0.5, "W_zh": 0.4, "b_z": -0.2,
    "W_nx": 0.8, "W_nh": 0.9, "b_n": 0.1,
}  # fmt: skip

WEIGHTS: dict[str, dict[str, float]] = {
    "rnn": {"W_hx": 0.5, "W_hh": 0.8, "b_h": 0.1},
    "lstm": _LSTM,
    "gru": _GRU | {"b_nh": 0.2},
    "gru before": _GRU,
}
