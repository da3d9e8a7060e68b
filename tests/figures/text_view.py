"""The shipped model reads a few lines, with every option given."""

from rnn_core import data
from rnn_core.pretrained import inside_string
from rnn_core.widgets import TextView

LIVE = (
    "figure.text = \"'in' + x\\n\" * 5",
    "single quote: c of unit 3 is 0.84; inside a string: yes",
)
TURN = ("unit", 5)
TEXT = 'def say(name, loud=False):\n    """Greet."""\n\tprint("can\'t <b>&" + name)  # "x"\n'


def make(**changes: object) -> TextView:
    """Return the view with every option given."""
    given = {
        "unit": 3,
        "t": 35,
        "truth": data.inside_string,
        "follows": inside_string.follows(),
        "letters": "chfi",
        "label": "A test",
    }
    return TextView(inside_string.load(), TEXT, **(given | changes))
