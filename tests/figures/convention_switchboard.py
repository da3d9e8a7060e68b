"""The conventions of the GRU, at two that seem alike and are not, with every option given."""

from rnn_core.widgets import ConventionSwitchboard

LIVE = ("figure.seed = 10", "h is off by 1.13 in the middle of five cells.")
TURN = ("read", "ONNX linear_before_reset=1")


def make(**changes: object) -> ConventionSwitchboard:
    """Return the switchboard; `changes` are its arguments."""
    given = {
        "kind": "GRU",
        "written": "Keras reset_after=True",
        "read": "PyTorch",
        "inputs": 4,
        "units": 8,
        "seed": 0,
        "unit": 0,
        "label": "A test",
    }
    return ConventionSwitchboard(**(given | changes))
