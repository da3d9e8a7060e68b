"""Recurrent networks in NumPy, written to be read.

Three cells, `RNN`, `LSTM` and `GRU`, with one time step as the formulas read (`step`), a whole
sequence (`forward`), and backpropagation through time (`backward`). `import rnn_core` needs
NumPy alone; the other parts are imported by name, as in `from rnn_core import optim, train`.
"""

from .cells import GRU as GRU
from .cells import LSTM as LSTM
from .cells import RNN as RNN
from .gradcheck import gradcheck as gradcheck
from .trace import HC as HC
from .trace import Grads as Grads
from .trace import H as H
from .trace import Trace as Trace

__version__ = "0.1.0"
