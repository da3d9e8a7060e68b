"""Half-lives of a bias, of chrono initialisation, and of the shipped model over one text."""

from rnn_core import data
from rnn_core.pretrained import inside_string
from rnn_core.widgets import MemoryHalfLife

LIVE = ("figure.bias = 3.14", "half of it is left after 16.4 steps")
TURN = ("bias", 3.0)
TEXT = (
    'def say(name, *, loud=False):\n    return "hello, " + (name.upper() if loud else name)\n' * 5
)


def make(**changes: object) -> MemoryHalfLife:
    """Return the figure with every option given."""
    model = inside_string.load()
    trace, _ = model.forward(data.one_hot(TEXT))
    given = {
        "bias": 1.0,
        "t_max": 100,
        "units": 200,
        "name": "The shipped model",
        "label": "A test",
    }
    return MemoryHalfLife(model.cell, trace, **(given | changes))
