"""Relatives of the LSTM and the GRU, each a cell with `step`, `forward` and `backward`.

`LSTM1997` has no forget gate, `CoupledLSTM` ties it to the input gate, `PeepholeLSTM` lets the
gates see the cell state, and `OutlineLSTM` is the text this book grew from, taken by its word.
`MinGRU` and `LRU` are linear in their state, so that a scan may replace the loop over time.
"""

from .coupled import CoupledLSTM as CoupledLSTM
from .lru import LRU as LRU
from .lstm1997 import LSTM1997 as LSTM1997
from .mingru import MinGRU as MinGRU
from .outline import OutlineLSTM as OutlineLSTM
from .peephole import PeepholeLSTM as PeepholeLSTM
