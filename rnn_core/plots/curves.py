"""Curves of several runs: the median of the seeds as a line, their range as a band."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from .. import checks, drawing
from ..drawing import Axes


def plot_learning_curves(curves: Mapping[str, np.ndarray], ax: Axes | None = None) -> Axes:
    """Draw the median over seeds as a line and the range as a band.

    Parameters
    ----------
    curves : mapping of str to ndarray, shape (seeds, N)
        By name, one row for each seed. N may differ between names.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes

    Raises
    ------
    TypeError, ValueError
        If there is no curve, more than four, or one is not a finite (seeds, N) array.

    Examples
    --------
    >>> ax = plot_learning_curves({"LSTM": [[3, 1, 0.5], [2, 1, 0.1], [4, 2, 0.2]]})
    >>> ax.lines[0].get_ydata()
    array([3. , 1. , 0.2])
    """
    rows = _runs("curves", curves)
    ax = drawing.axes(ax)
    for at, (name, runs) in enumerate(rows.items()):
        steps = np.arange(1, runs.shape[1] + 1)
        _line_in_band(ax, at, name, steps, runs.min(0), np.median(runs, 0), runs.max(0))
    drawing.label_ends(ax, dict.fromkeys(rows, drawing.colour(ax, "ink")), "normal")
    ax.set_xlabel("step")
    return ax


def plot_gradient_norms(norms: Mapping[str, np.ndarray], ax: Axes | None = None) -> Axes:
    """Draw gradient norms on a log axis against the steps back from the last one.

    A line is the median over seeds, taken in logarithms, and a band is their range. Where the
    median is 0, which no log axis shows, the line ends, and a cross at the bottom says so.

    Parameters
    ----------
    norms : mapping of str to ndarray, shape (seeds, T)
        By name, one row for each seed, in the order of time; `diagnostics.gradient_norms` gives
        (T, B), so take ``.h.mean(axis=1)`` for a row. T may differ between names.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes

    Raises
    ------
    TypeError, ValueError
        If there is no name, more than four, or an array is not finite, (seeds, T), at least 0
        and somewhere above 0.

    Examples
    --------
    >>> ax = plot_gradient_norms({"RNN": [[0.01, 0.1, 1], [0.03, 0.1, 1], [0.02, 0.2, 1]]})
    >>> ax.lines[0].get_ydata().round(6)
    array([1.  , 0.1 , 0.02])
    """
    rows = {name: runs[:, ::-1] for name, runs in _runs("norms", norms).items()}
    for name, runs in rows.items():
        if runs.min() < 0 or not runs.any():
            raise ValueError(
                f"norms[{name!r}] must be at least 0, and above 0 somewhere; "
                f"got {runs.min():g} to {runs.max():g}"
            )
    least = min(runs[runs > 0].min() for runs in rows.values())
    ax = drawing.axes(ax)
    ax.set_yscale("log")
    for at, (name, runs) in enumerate(rows.items()):
        middle, lags = _log_median(runs), np.arange(runs.shape[1])
        low, high = (np.where(runs.max(0) > 0, edge, np.nan) for edge in (runs.min(0), runs.max(0)))
        low = np.where(low == 0, least, low)  # as low as the axis goes
        _line_in_band(ax, at, name, lags, low, np.where(middle > 0, middle, np.nan), high)
        _mark_zeros(ax, name, middle)
    drawing.label_ends(ax, dict.fromkeys(rows, drawing.colour(ax, "ink")), "normal")
    ax.set_xlabel("steps back from the last")
    ax.set_ylabel("norm of the gradient")
    return ax


def _runs(name: str, value: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return the rows of each name as a finite array (seeds, N)."""
    return {
        key: checks.array(f"{name}[{key!r}]", rows, ("S", "N"), float)
        for key, rows in drawing.named(name, value).items()
    }


def _line_in_band(
    ax: Axes,
    at: int,
    name: str,
    xs: np.ndarray,
    low: np.ndarray,
    line: np.ndarray,
    high: np.ndarray,
) -> None:
    """Draw the series in place `at`: a line in its dash, in a pale band."""
    colour, dash, _ = drawing.SERIES[at]
    ink = drawing.colour(ax, colour)
    ax.fill_between(xs, low, high, color=ink, alpha=0.16, linewidth=0)
    ax.plot(xs, line, color=ink, linestyle=drawing.line_style(dash), label=name)


def _log_median(runs: np.ndarray) -> np.ndarray:
    """Return the median over seeds of the logarithms, back as a number: 0 stays 0."""
    with np.errstate(divide="ignore"):
        return np.exp(np.median(np.log(runs), axis=0))


def _mark_zeros(ax: Axes, name: str, middle: np.ndarray) -> None:
    """Say at the bottom of the axes where the line becomes 0."""
    for lag, _ in drawing.runs_of(middle == 0):
        ax.annotate(
            f"× {name}: 0 from here",
            (lag, 0),
            (-4, 5),
            xycoords=ax.get_xaxis_transform(),
            textcoords="offset points",
            color=drawing.colour(ax, "ink"),
        )
