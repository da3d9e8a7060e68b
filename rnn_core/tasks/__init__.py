"""Small tasks from an rng that show what a recurrent network can and cannot remember.

Each function returns a batch as `train` takes it, time first: `(xs, targets, mask)`, and
`(xs, targets, mask, lengths)` where sequences differ in length. `mask` (T, B) is 1 where a step
counts. Where a sequence has one answer, at its end, `targets` repeats it at every step and the
mask picks the last. Every docstring says which loss of `heads` the targets are for, and what an
answer without memory scores.
"""

from .copying import copy as copy
from .copying import echo as echo
from .counting import counting as counting
from .counting import counting_legal as counting_legal
from .grammar import REBER_SYMBOLS as REBER_SYMBOLS
from .memory import adding as adding
from .memory import delayed_recall as delayed_recall
from .memory import temporal_order as temporal_order
from .reber import continual_reber as continual_reber
from .reber import embedded_reber as embedded_reber
from .reber import reber as reber
from .reber import reber_legal as reber_legal
from .strings import legal_on_top as legal_on_top
from .tracking import S3 as S3
from .tracking import parity as parity
from .tracking import s3_composition as s3_composition
