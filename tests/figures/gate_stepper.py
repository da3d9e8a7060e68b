"""The gate stepper over a short text, with every option given."""

from tests.stepper_case import stepper
from tests.stepper_cells import stepper_of

LIVE = (
    'figure.hold = {"gate": "f", "value": 0.25, "from": 4}',
    "0.0927 instead of 0.0330",
)
TURN = ("t", 7)


def make(name="", **changes):
    """Return the figure of the LSTM, or of a cell of `tests.stepper_cells` by its name."""
    return stepper_of(name, **changes) if name else stepper(**changes)
