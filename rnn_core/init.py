"""How weights start.

The first functions return one matrix of shape (rows, columns), as `W` in W x. The last ones change
the parameters of a cell that is already made, in place.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from . import checks

if TYPE_CHECKING:
    from .cells import Cell


def uniform(rows: int, columns: int, *, limit: float, rng: np.random.Generator) -> np.ndarray:
    """Draw a (rows, columns) matrix uniformly from ±limit.

    Hochreiter and Schmidhuber (1997) started most weights in ±0.1 or ±0.2, by the experiment.
    PyTorch starts every weight and bias of a recurrent layer in ±1/√H.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> W_hx = uniform(64, 3, limit=1 / np.sqrt(64), rng=rng)  # as in PyTorch
    >>> W_hx.shape, bool(np.abs(W_hx).max() < 1 / 8)
    ((64, 3), True)
    """
    rows, columns = checks.size("rows", rows), checks.size("columns", columns)
    limit = checks.positive("limit", limit)
    return checks.generator("rng", rng).uniform(-limit, limit, (rows, columns))


def glorot_uniform(rows: int, columns: int, *, rng: np.random.Generator) -> np.ndarray:
    """Draw a (rows, columns) matrix uniformly from ±√(6 / (rows + columns)).

    Source: Glorot and Bengio (2010), equation 16.

    Examples
    --------
    >>> w = glorot_uniform(2, 4, rng=np.random.default_rng(0))
    >>> w.shape, bool(np.abs(w).max() <= 1)  # √(6 / (2 + 4)) = 1
    ((2, 4), True)
    """
    rows, columns = checks.size("rows", rows), checks.size("columns", columns)
    return uniform(rows, columns, limit=np.sqrt(6.0 / (rows + columns)), rng=rng)


def orthogonal(rows: int, columns: int, *, rng: np.random.Generator) -> np.ndarray:
    """Draw a (rows, columns) matrix with orthonormal rows or columns, whichever are fewer.

    Source: Saxe, McClelland and Ganguli (2014). The signs are fixed here by the diagonal of R, of
    the QR factors, which makes the draw uniform over all such matrices.

    Examples
    --------
    >>> w = orthogonal(3, 3, rng=np.random.default_rng(0))
    >>> bool(np.allclose(w.T @ w, np.eye(3)))
    True
    """
    rows, columns = checks.size("rows", rows), checks.size("columns", columns)
    tall = checks.generator("rng", rng).standard_normal((max(rows, columns), min(rows, columns)))
    q, r = np.linalg.qr(tall)
    q *= np.where(np.diag(r) < 0, -1.0, 1.0)
    return q if rows >= columns else q.T


def identity(size: int, scale: float = 1.0) -> np.ndarray:
    """Return `scale` times the identity, shape (size, size). Source: Le, Jaitly and Hinton (2015).

    Examples
    --------
    >>> identity(2, 0.5)
    array([[0.5, 0. ],
           [0. , 0.5]])
    """
    return checks.real("scale", scale) * np.eye(checks.size("size", size))


def with_spectral_radius(W: np.ndarray, radius: float) -> np.ndarray:
    """Return `W` scaled so that its largest eigenvalue has the absolute value `radius`.

    Parameters
    ----------
    W : array, shape (H, H)
    radius : float
        0 or more.

    Returns
    -------
    ndarray, shape (H, H)
        A new matrix, of the dtype of `W` if that is float32 or float64.

    Raises
    ------
    TypeError, ValueError
        If `W` is not square or not finite, `radius` is negative, or every eigenvalue of `W` is 0.

    Examples
    --------
    >>> with_spectral_radius([[1.0, 2.0], [0.0, 4.0]], 1.0)
    array([[0.25, 0.5 ],
           [0.  , 1.  ]])
    """
    W = checks.floating("W", W, ("H", "H"))
    if len(W) != W.shape[1]:
        raise ValueError(f"W must be square; got shape {W.shape}")
    if checks.real("radius", radius) < 0:
        raise ValueError(f"radius must be 0 or more; got {radius}")
    largest = float(np.abs(np.linalg.eigvals(W)).max())
    if largest == 0:
        raise ValueError("W must have an eigenvalue other than 0; all of its are 0")
    return W * (radius / largest)


def recurrent(cell: Cell, draw: Callable[..., np.ndarray], *, rng: np.random.Generator) -> None:
    """Fill every matrix from h of `cell` by `draw(H, H, rng=rng)`.

    Parameters
    ----------
    cell : Cell
        Changed in place.
    draw : callable
        `glorot_uniform`, `orthogonal`, or your own.
    rng : numpy.random.Generator

    Raises
    ------
    TypeError, ValueError
        If `draw` returns something else than a finite (H, H) matrix, or `cell` has none.

    Examples
    --------
    >>> from rnn_core import RNN
    >>> rng = np.random.default_rng(0)
    >>> cell = RNN(2, 8, rng=rng)
    >>> recurrent(cell, lambda *shape, rng: 1.3 * orthogonal(*shape, rng=rng), rng=rng)
    >>> np.linalg.norm(cell.params["W_hh"], 2).round(6).item()
    1.3
    """
    params, size = _params(cell), (cell.hidden_size, cell.hidden_size)
    checks.generator("rng", rng)
    names = [n for n, value in params.items() if n.endswith("h") and value.shape == size]
    if not names:
        raise ValueError(f"cell must have matrices from h; got {cell!r}")
    drawn = {n: checks.array(n, draw(*size, rng=rng), size, cell.dtype) for n in names}
    for name, matrix in drawn.items():
        params[name][...] = matrix


def irnn(cell: Cell, scale: float = 1.0) -> None:
    """Let a ReLU network start as a copy of its state: W_hh = scale · I and b_h = 0.

    Raises
    ------
    ValueError
        If `cell` is no RNN(activation="relu").

    Notes
    -----
    Source: Le, Jaitly and Hinton (2015), who drew the non-recurrent weights from a Gaussian of
    deviation 0.001.

    Examples
    --------
    >>> from rnn_core import RNN
    >>> rnn = RNN(2, 3, rng=np.random.default_rng(0), activation="relu")
    >>> irnn(rnn)
    >>> rnn.params["W_hh"]
    array([[1., 0., 0.],
           [0., 1., 0.],
           [0., 0., 1.]])
    """
    if getattr(cell, "activation", None) != "relu":
        raise ValueError(f"cell must be an RNN with activation='relu'; got {cell!r}")
    cell.params["W_hh"][...] = identity(cell.hidden_size, scale)
    cell.params["b_h"][...] = 0


def forget_bias(cell: Cell, value: float) -> None:
    """Set the bias that lets a cell keep its state: σ(value) is what it keeps at first.

    b_f = value where there is a forget gate; b_z = −value in a GRU or minGRU, whose z weighs the
    new state; b_i = −value where f is 1 − i.

    Raises
    ------
    TypeError, ValueError
        If `value` is no finite number, or `cell` has no such gate.

    Notes
    -----
    Source, for the forget gate of an LSTM: Jozefowicz, Zaremba and Sutskever (2015), who recommend
    a bias of 1 in every application.

    Examples
    --------
    >>> from rnn_core import GRU
    >>> gru = GRU(1, 2, rng=np.random.default_rng(0))
    >>> forget_bias(gru, 3)
    >>> gru.params["b_z"]
    array([-3., -3.])
    """
    sign, bias = _keep_gate(cell)
    bias[...] = sign * checks.real("value", value)


def chrono(cell: Cell, t_max: int, *, rng: np.random.Generator) -> None:
    """Spread the memories of the units over times up to `t_max` steps.

    b_f = log U(1, t_max − 1) and b_i = −b_f for an LSTM; b_z = −log U(1, t_max − 1) for a GRU.

    Parameters
    ----------
    cell : Cell
        One with a gate that keeps its state. Changed in place.
    t_max : int
        The longest dependency to expect, in steps, above 2.
    rng : numpy.random.Generator

    Raises
    ------
    TypeError, ValueError
        If `t_max` is no whole number above 2, or `cell` has no such gate.

    Notes
    -----
    Source: Tallec and Ollivier (2018), section 2: equation 16 for the LSTM, and for the GRU what
    they give a gated network without r, −log(U(T_min, T_max) − 1), with T_min = 2. With a constant
    gate, h_t = (1 − z) h_{t−1} + z n_t forgets over 1/z steps, and σ(b_z) = 1/T where
    b_z = −log(T − 1). T runs from 2 to t_max.

    Examples
    --------
    >>> from rnn_core import LSTM
    >>> lstm = LSTM(1, 1000, rng=np.random.default_rng(0))
    >>> chrono(lstm, 100, rng=np.random.default_rng(0))
    >>> forget = 1 / (1 + np.exp(-lstm.params["b_f"]))
    >>> (1 / (1 - forget)).min().round(1).item(), (1 / (1 - forget)).max().round(1).item()
    (2.0, 100.0)
    """
    if checks.size("t_max", t_max) <= 2:
        raise ValueError(f"t_max must be above 2; got {t_max}")
    sign, bias = _keep_gate(cell)
    keep = np.log(checks.generator("rng", rng).uniform(1, t_max - 1, bias.shape))
    bias[...] = sign * keep
    if "b_f" in cell.params and "b_i" in cell.params:
        cell.params["b_i"][...] = -keep


def _keep_gate(cell: Cell) -> tuple[int, np.ndarray]:
    """Return the bias of the gate that keeps the state, and the sign in which more keeps more."""
    params = _params(cell)
    for name, sign in (("b_f", 1), ("b_z", -1)):
        if name in params:
            return sign, params[name]
    if cell.kind == "CoupledLSTM":
        return -1, params["b_i"]
    raise ValueError(f"cell must have a gate that keeps its state; got {cell!r}")


def _params(cell: object) -> dict[str, np.ndarray]:
    params = getattr(cell, "params", None)
    if not isinstance(params, dict) or not hasattr(cell, "letters"):
        raise TypeError(f"cell must be a cell; got {cell!r:.60}")
    return params
