"""What an ONNX operator may say about itself that rnn_core can follow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .. import checks

ACTIVATIONS = {"tanh": "Tanh", "logistic": "Sigmoid", "relu": "Relu", "identity": "Affine"}
AFFINE = {"activation_alpha": [1.0], "activation_beta": [0.0]}  # 1·a + 0; onnxruntime assumes 0·a
FIXED = {"LSTM": ["Sigmoid", "Tanh", "Tanh"], "GRU": ["Sigmoid", "Tanh"]}
WAYS = {"forward": 1, "bidirectional": 2}
OWN = {  # the attributes of an operator besides those of all → the values that rnn_core can follow
    "RNN": {},
    "LSTM": {"input_forget": (0, 1)},
    "GRU": {"linear_before_reset": (0, 1)},
}


def read_attributes(op_type: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return plain values of the attributes, with `directions` and, of an RNN, `names`.

    Parameters
    ----------
    op_type : "RNN", "LSTM" or "GRU"
    given : mapping
        By ONNX's names; texts may be bytes, as `onnx.helper.get_attribute_value` gives them.

    Returns
    -------
    dict
        `directions` is 1 or 2, and `names` the activation of each direction in rnn_core's words.

    Raises
    ------
    TypeError, ValueError
        If one is unknown, or rnn_core has no cell like that.

    Examples
    --------
    >>> read_attributes("RNN", {"activations": [b"Sigmoid"]})["names"]
    ['logistic']
    """
    checks.instance("attributes", given, Mapping)
    plain = {name: _plain(value) for name, value in given.items()}
    ways = WAYS[checks.choice("direction", plain.get("direction", "forward"), tuple(WAYS))]
    allowed: dict[str, tuple] = {"layout": (0, 1), **OWN[op_type]}
    if op_type == "RNN":
        allowed |= {name: (value * ways,) for name, value in AFFINE.items()}
    known = {"hidden_size", "activations", "direction", *allowed}
    if not set(plain) <= known:
        raise ValueError(
            f"attributes must be among {', '.join(sorted(known))} for the {op_type} of rnn_core; "
            f"got {', '.join(sorted(map(str, set(plain) - known)))}"
        )
    for name, values in allowed.items():
        if name in plain and plain[name] not in values:
            options = " or ".join(map(repr, values))
            raise ValueError(f"{name} must be {options} in rnn_core; got {plain[name]!r}")
    return plain | {"directions": ways, "names": _names(op_type, plain, ways)}


def _names(op_type: str, plain: dict[str, Any], ways: int) -> list[str]:
    """Return the activations in rnn_core's words, or refuse them."""
    given = plain.get("activations", FIXED.get(op_type, ["Tanh"]) * ways)
    if op_type != "RNN":
        if given != FIXED[op_type] * ways:
            raise ValueError(
                f"activations must be {FIXED[op_type] * ways} in rnn_core; got {given!r}"
            )
        return []
    words = {theirs: ours for ours, theirs in ACTIVATIONS.items()}
    if not isinstance(given, list) or len(given) != ways or not {*map(str, given)} <= {*words}:
        raise ValueError(
            f"activations must be {ways} of {', '.join(words)} in rnn_core; got {given!r}"
        )
    return [words[name] for name in given]


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    if isinstance(value, str) or not hasattr(value, "__iter__"):
        return value
    return [_plain(part) for part in value]
