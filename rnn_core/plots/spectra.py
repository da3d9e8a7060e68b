"""The spectrum of Jacobians: eigenvalues on the plane, singular values by rank."""

from __future__ import annotations

import numpy as np

from .. import checks, drawing
from ..drawing import Axes

_DOTS = {"linestyle": "", "markersize": 4.5, "alpha": 0.75, "markeredgewidth": 0}


def plot_spectrum(eigenvalues: np.ndarray, ax: Axes | None = None) -> Axes:
    """Draw eigenvalues on the plane, with the unit circle.

    In the long run a direction inside the circle shrinks and one outside it grows. What one step
    can do at most, the singular values say: `plot_singular_values` beside it.

    Parameters
    ----------
    eigenvalues : complex ndarray, shape (..., S)
        As `diagnostics.eigenvalues` returns them; those of several matrices are drawn together.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes

    Raises
    ------
    TypeError, ValueError
        If `eigenvalues` is not numeric, is empty or is not finite.

    Examples
    --------
    >>> from rnn_core import diagnostics
    >>> ax = plot_spectrum(diagnostics.eigenvalues([[0, -1], [1, 0]]))
    >>> ax.lines[1].get_ydata()
    array([ 1., -1.])
    """
    values = np.asarray(eigenvalues)
    if values.dtype.kind not in "biufc":
        raise TypeError(f"eigenvalues must be an array of numbers; got dtype {values.dtype}")
    parts = np.stack([np.real(values).ravel(), np.imag(values).ravel()])
    parts = checks.array("eigenvalues", parts, (2, "N"), float)
    ax = drawing.axes(ax)
    turn = np.linspace(0, 2 * np.pi, 181)
    ax.plot(np.cos(turn), np.sin(turn), color=drawing.colour(ax, "muted"), linewidth=1)
    ax.plot(*parts, marker="o", color=drawing.colour(ax, "accent"), **_DOTS)
    reach = 1.12 * max(1, np.abs(parts).max())
    ax.set(xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal")
    ax.set_xlabel("real part of the eigenvalues")
    ax.set_ylabel("imaginary part")
    return ax


def plot_singular_values(singular_values: np.ndarray, ax: Axes | None = None) -> Axes:
    """Draw singular values by rank, the largest first, with a line at 1.

    Parameters
    ----------
    singular_values : ndarray, shape (..., S)
        As `diagnostics.singular_values` returns them; those of several matrices are drawn
        together.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes

    Raises
    ------
    TypeError, ValueError
        If `singular_values` is not numeric, is empty, is not finite or is below 0.

    Examples
    --------
    >>> ax = plot_singular_values([0.5, 2.0])
    >>> ax.lines[1].get_ydata()
    array([2. , 0.5])
    """
    given = np.atleast_1d(checks.numeric("singular_values", singular_values))
    rows = given.reshape(-1, given.shape[-1]) if given.size else given
    rows = checks.array("singular_values", rows, ("N", "S"), float)
    if rows.min() < 0:
        raise ValueError(f"singular_values must be at least 0; got {rows.min():g}")
    ax = drawing.axes(ax)
    ax.axhline(1, color=drawing.colour(ax, "muted"), linewidth=1)
    ranks = np.tile(np.arange(1, rows.shape[1] + 1), len(rows))
    largest_first = -np.sort(-rows, axis=1)
    ax.plot(ranks, largest_first.ravel(), marker="D", color=drawing.colour(ax, "neg"), **_DOTS)
    ax.set_ylim(0, 1.06 * max(1, rows.max()))
    ax.locator_params(axis="x", integer=True)
    ax.set_xlabel("rank")
    ax.set_ylabel("singular value")
    return ax
