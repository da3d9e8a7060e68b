"""How long the units remember, and how often their gates are open or shut."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from .. import checks, drawing, palette
from ..diagnostics import Saturation
from ..drawing import Axes


def plot_half_lives(half_lives: Mapping[str, np.ndarray], ax: Axes | None = None) -> Axes:
    """Draw each unit's half-life as a dot on a log axis, a row of dots for each name.

    Dots that would hide each other stand on each other. The median is marked and written at the
    end of the row; units at 0 or infinity, on no log axis, are counted there.

    Parameters
    ----------
    half_lives : mapping of str to ndarray, shape (H,)
        By name, the steps until half is left, as `diagnostics.half_lives` returns them.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes

    Raises
    ------
    TypeError, ValueError
        If there is no name, more than four, or an array is not numbers (H,) of at least 0.

    Examples
    --------
    >>> from rnn_core import diagnostics
    >>> ax = plot_half_lives({"b = 1": diagnostics.half_life_of_bias(np.ones(3))})
    >>> ax.texts[0].get_text()
    'median 2.21'
    """
    rows = {k: _steps(k, v) for k, v in drawing.named("half_lives", half_lives).items()}
    drawn = {k: np.sort(v[(v > 0) & np.isfinite(v)]) for k, v in rows.items()}
    everything = np.concatenate([*drawn.values()])
    span = np.log10(everything.max() / everything.min()) if len(everything) else 0
    ax = drawing.axes(ax)
    ax.set_xscale("log")
    for at, (name, steps) in enumerate(drawn.items()):
        colour, _, marker = drawing.SERIES[at]
        ink = drawing.colour(ax, colour)
        heights = _stacked(np.log10(steps), max(span, 1) / 70) - at
        ax.plot(steps, heights, marker, color=ink, markersize=4, markeredgewidth=0, label=name)
        _mark_median(ax, at, rows[name])
    ax.set_ylim(-len(rows) + 0.8, 0.9)
    ax.set_yticks(-np.arange(len(rows)), list(rows))
    ax.tick_params(axis="y", length=0, labelcolor=drawing.colour(ax, "ink"))
    ax.spines["left"].set_visible(False)
    ax.xaxis.set_major_formatter("{x:g}")
    ax.set_xlabel("steps until half is left")
    return ax


def plot_saturation(saturation: Mapping[str, Saturation], ax: Axes | None = None) -> Axes:
    """Draw how often each unit's gates are shut and open: a marker for each gate of each unit.

    On the diagonal a gate is always one or the other; near the origin it is seldom either.

    Parameters
    ----------
    saturation : mapping of str to Saturation
        By the gate's letter, as `diagnostics.saturation` returns it.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes

    Raises
    ------
    TypeError, ValueError
        If a letter is no gate's, or the fractions are not numbers (H,).

    Notes
    -----
    Source: Karpathy, Johnson and Fei-Fei (2015), whose axes are the other way round.

    Examples
    --------
    >>> ax = plot_saturation({"f": Saturation(np.array([0.1, 0.2]), np.array([0.5, 0.8]))})
    >>> ax.lines[1].get_label(), ax.lines[1].get_ydata()
    ('f', array([0.5, 0.8]))
    """
    if not isinstance(saturation, Mapping) or not saturation:
        raise TypeError(f"saturation must map letters to Saturation; got {saturation!r:.60}")
    dots = {}
    for letter, pair in saturation.items():
        checks.choice("letter of saturation", letter, tuple(palette.LOOKS))
        dots[letter] = checks.array(f"saturation[{letter!r}]", pair, (2, "H"), float)
    ax = drawing.axes(ax)
    ax.plot([0, 1], [1, 0], color=drawing.colour(ax, "line"), linewidth=1)
    for letter, (left, right) in dots.items():
        look, ink = palette.LOOKS[letter], drawing.colour(ax, letter)
        ax.plot(left, right, look.marker, color=ink, alpha=0.7, clip_on=False, label=letter)
    ax.legend(handles=ax.lines[1:], prop={"style": "italic"})
    ax.set(xlim=(0, 1), ylim=(0, 1), aspect="equal")
    ax.set_xlabel("fraction of steps shut")
    ax.set_ylabel("fraction of steps open")
    return ax


def _steps(name: str, value: object) -> np.ndarray:
    """Return half-lives (H,) of at least 0; infinity is one."""
    given = checks.numeric(f"half_lives[{name!r}]", value).astype(float)
    if given.ndim != 1 or not given.size or not (given >= 0).all():
        raise ValueError(
            f"half_lives[{name!r}] must be numbers (H,) of at least 0; got {value!r:.60}"
        )
    return given


def _stacked(logs: np.ndarray, width: float) -> np.ndarray:
    """Return the height of each sorted dot: its place among those in the same bin."""
    bins = np.floor(logs / width)
    places = np.arange(len(bins)) - np.searchsorted(bins, bins)
    return places * min(0.07, 0.75 / max(places.max(initial=0), 1))


def _mark_median(ax: Axes, at: int, steps: np.ndarray) -> None:
    """Mark the median below the row, and write it at its end with what could not be drawn."""
    median, ink = float(np.median(steps)), drawing.colour(ax, "ink")
    if 0 < median < np.inf:
        ax.plot([median], [-at - 0.09], "|", color=ink, markersize=9, markeredgewidth=1.6)
    note = f"median {median:.3g}".replace("inf", "∞")
    for end, sign in ((0, "0"), (np.inf, "∞")):
        if count := int((steps == end).sum()):
            note += f"\n{count} of {len(steps)} at {sign}"
    ax.annotate(
        note,
        (1, -at),
        (7, 0),
        xycoords=ax.get_yaxis_transform(),
        textcoords="offset points",
        va="center",
        color=ink,
        annotation_clip=False,
    )
