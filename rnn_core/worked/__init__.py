"""The examples that the book works by hand: an RNN, an LSTM and two GRUs, three steps each.

One unit, one input, weights with one decimal: every number can be redone on paper. The examples
live here and nowhere else; the mathematics chapter prints them and the BackpropStepper walks
through them.
"""

from .by_hand import Worked as Worked
from .examples import example as example
from .formula import Formula as Formula
from .lines import Line as Line
from .lines import Path as Path
from .lines import digits as digits
from .tables import Quantity as Quantity
