"""The backprop stepper on the RNN, with every option given."""

from rnn_core.widgets.backprop_stepper import BackpropStepper

__all__ = ["LIVE", "TURN", "make"]
LIVE = ("figure.xs = [2.0, 0.5, -1.0]", "−0.6906 + 0.0643 + 0.1836 = −0.4427")
TURN = ("stage", 11)


def make(**changes):
    """Return the figure with a path lit."""
    given = {
        "example": "rnn",
        "stage": 17,
        "parameter": "W_hx",
        "path": 5,
        "weights": {"W_hh": 0.8},
        "start": {"h_0": 0.5},
        "xs": [1.0, 0.5, -1.0],
        "targets": [0.5, 1.0, -0.5],
        "label": "Three steps of an RNN",
    }
    return BackpropStepper(**(given | changes))
