"""Who arranges a cell's numbers how: one row for each framework and cell.

This is data. The converters read their gate orders and signs from it, and so may a page or a
widget. Letters are the book's: the candidate is g in an LSTM and n in a GRU, z the update gate.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from .. import checks

FRAMEWORKS = ("rnn_core", "PyTorch", "Keras", "ONNX")
OTHER_RESET = "a different function, which in general no change of weights turns into the other"


@dataclass(frozen=True)
class Convention:
    """How one framework arranges one cell.

    Attributes
    ----------
    framework, cell : str
        One of "rnn_core", "PyTorch", "Keras", "ONNX", or a paper, "Cho et al. 2014", whose
        formulas none of them has; one of "RNN", "LSTM", "GRU".
    option : str
        The framework's own setting that chooses this row, or "" where there is no choice. Of
        rnn_core's LSTMs one is "OutlineLSTM", which computes another function.
    gates : str
        The gates in the order of their blocks, in the book's letters.
    own_letters : str
        The same gates in the framework's letters.
    z_weighs : str
        The state that a GRU's z multiplies, "new" or "old"; "" for other cells.
    reset : str
        Whether a GRU's r acts "after" or "before" the matrix product; "" for other cells.
    biases : int
        How many bias vectors a gate has. Two are added, but for the candidate of a GRU that
        resets after the product, where r multiplies the second.
    bias : str
        Its shape as the framework stores it; G is the number of gates.
    peepholes : str
        The gates in the order of their peephole weights, or "" where there are none.
    weights_x, weights_h : str
        The shapes of the weights from x and from h as the framework stores them.
    sequence, outputs : str
        The shapes of its input and output sequences.

    Examples
    --------
    The gates of each GRU in their order, and the state that z weighs:

    >>> for row in CONVENTIONS:
    ...     if row.cell == "GRU":
    ...         print(f"{row.framework:15} {row.option:21} {row.own_letters}, {row.z_weighs} h")
    rnn_core        reset='after'         r z n, new h
    rnn_core        reset='before'        r z n, new h
    PyTorch                               r z n, old h
    Keras           reset_after=True      z r h, old h
    Keras           reset_after=False     z r h, old h
    ONNX            linear_before_reset=1 z r h, old h
    ONNX            linear_before_reset=0 z r h, old h
    Cho et al. 2014                       r z h̃, old h
    """

    framework: str
    cell: str
    option: str
    gates: str
    own_letters: str
    z_weighs: str
    reset: str
    biases: int
    bias: str
    peepholes: str
    weights_x: str
    weights_h: str
    sequence: str
    outputs: str


_OURS = partial(
    Convention,
    "rnn_core",
    weights_x="(H, D) for each gate",
    weights_h="(H, H) for each gate",
    sequence="(T, B, D)",
    outputs="(T, B, H)",
)
_OUTLINE = partial(  # whose o sees the new cell state and nothing else
    _OURS, weights_x="(H, D) for each gate but o", weights_h="(H, H) for each gate, o's from c"
)
# The third version of the paper (arXiv:1406.1078v3). It prints no biases; here each gate has one.
_CHO = partial(
    Convention,
    "Cho et al. 2014",
    weights_x="(H, D) for each gate",
    weights_h="(H, H) for each gate",
    sequence="(T, B, D)",
    outputs="(T, B, H)",
)
_TORCH = partial(
    Convention,
    "PyTorch",
    weights_x="(G·H, D)",
    weights_h="(G·H, H)",
    sequence="(T, B, D)",
    outputs="(T, B, H)",
)
_KERAS = partial(
    Convention,
    "Keras",
    weights_x="(D, G·H)",
    weights_h="(H, G·H)",
    sequence="(B, T, D)",
    outputs="(B, T, H)",
)
_ONNX = partial(
    Convention,
    "ONNX",
    weights_x="(1, G·H, D)",
    weights_h="(1, G·H, H)",
    sequence="(T, B, D)",
    outputs="(T, 1, B, H)",
)

# cell, option, gates, own letters, z weighs, reset, biases, shape of the bias, peepholes
#: Every convention: a row for each framework, cell and option, and one for a paper.
CONVENTIONS: tuple[Convention, ...] = (
    _OURS("RNN", "", "h", "h", "", "", 1, "(H,)", ""),
    _OURS("LSTM", "", "ifgo", "i f g o", "", "", 1, "(H,) for each gate", "ifo"),
    _OUTLINE("LSTM", "OutlineLSTM", "ifgo", "i f g o", "", "", 1, "(H,) for each gate", ""),
    _OURS("GRU", "reset='after'", "rzn", "r z n", "new", "after", 1, "(H,) for each gate", ""),
    _OURS("GRU", "reset='before'", "rzn", "r z n", "new", "before", 1, "(H,) for each gate", ""),
    _TORCH("RNN", "", "h", "h", "", "", 2, "two of (H,)", ""),
    _TORCH("LSTM", "", "ifgo", "i f g o", "", "", 2, "two of (4·H,)", ""),
    _TORCH("GRU", "", "rzn", "r z n", "old", "after", 2, "two of (3·H,)", ""),
    _KERAS("RNN", "", "h", "h", "", "", 1, "(H,)", ""),
    _KERAS("LSTM", "", "ifgo", "i f c o", "", "", 1, "(4·H,)", ""),
    _KERAS("GRU", "reset_after=True", "zrn", "z r h", "old", "after", 2, "(2, 3·H)", ""),
    _KERAS("GRU", "reset_after=False", "zrn", "z r h", "old", "before", 1, "(3·H,)", ""),
    _ONNX("RNN", "", "h", "i", "", "", 2, "(1, 2·H)", ""),
    _ONNX("LSTM", "", "iofg", "i o f c", "", "", 2, "(1, 8·H)", "iof"),
    _ONNX("GRU", "linear_before_reset=1", "zrn", "z r h", "old", "after", 2, "(1, 6·H)", ""),
    _ONNX("GRU", "linear_before_reset=0", "zrn", "z r h", "old", "before", 2, "(1, 6·H)", ""),
    _CHO("GRU", "", "rzn", "r z h̃", "old", "before", 1, "(H,) for each gate", ""),
)


def convention(framework: str, cell: str, reset: str = "") -> Convention:
    """Return the row of `CONVENTIONS` for a framework and a cell.

    Parameters
    ----------
    framework : "rnn_core", "PyTorch", "Keras" or "ONNX"
    cell : "RNN", "LSTM" or "GRU"
    reset : "after" or "before"
        Of a GRU; "" takes the first that the framework has.

    Returns
    -------
    Convention

    Raises
    ------
    ValueError
        If a name is unknown, or the framework has no GRU with that reset.

    Examples
    --------
    >>> convention("Keras", "GRU").own_letters, convention("Keras", "GRU").z_weighs
    ('z r h', 'old')
    >>> convention("ONNX", "LSTM").gates
    'iofg'
    """
    checks.choice("framework", framework, FRAMEWORKS)
    checks.choice("cell", cell, ("RNN", "LSTM", "GRU"))
    rows = [row for row in CONVENTIONS if (row.framework, row.cell) == (framework, cell)]
    known = ["", *(row.reset for row in rows if row.reset)]
    checks.choice("reset", reset, known)
    return next(row for row in rows if reset in ("", row.reset))
