"""Figures of what was computed: they take arrays and an `ax`, draw, and return the `ax`.

Nothing here computes a result or calls ``show()``. Colours, dashes and markers come from
`palette`, so a line looks as its letter does in the formulas.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence

import numpy as np

from . import checks, drawing, glyphs, palette
from .drawing import Axes, plt
from .trace import Trace

_CURVES = (("ink", ()), ("neg", (5, 2)), ("pos", (2.5, 1.5)), ("muted", (6, 1.5, 1, 1.5)))


def use_style() -> None:
    """Give every later figure the look of the book, as crisp vector graphics in a notebook."""
    plt.rcParams.update(palette.rc())
    if "ipykernel" in sys.modules:
        from matplotlib_inline.backend_inline import set_matplotlib_formats

        set_matplotlib_formats("svg")


def plot_gates(
    trace: Trace,
    unit: int = 0,
    batch: int = 0,
    text: Sequence[str] | None = None,
    letters: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw what one unit did at each step, one line for each letter.

    Parameters
    ----------
    trace : Trace
        What `forward` returned.
    unit, batch : int
        Which unit of which sequence.
    text : sequence of T str, optional
        What was read at each step; it becomes the axis.
    letters : str, optional
        Which lines to draw, such as "ifgoch". By default all the trace has.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes

    Raises
    ------
    TypeError, ValueError
        If an argument does not fit the trace; the message names it.
    """
    if not isinstance(trace, Trace):
        raise TypeError(f"trace must be a Trace, as forward returns it; got {trace!r:.60}")
    chosen = drawing.letters_of(letters, trace)
    column = (
        checks.index("batch", batch, trace.h.shape[1]),
        checks.index("unit", unit, trace.h.shape[2]),
    )
    characters = None if text is None else glyphs.glyphs(text, len(trace))[0]
    ax = drawing.axes(ax)
    steps = np.arange(len(trace))
    for letter in chosen:
        values = trace[letter][(slice(None), *column)]
        look = palette.LOOKS[letter]
        style = (0, look.dash) if look.dash else "-"
        ax.plot(steps, values, color=look.light, linestyle=style, label=letter)
    drawing.label_ends(ax, {k: palette.LOOKS[k].light for k in chosen}, "italic")
    drawing.step_axis(ax, characters)
    ax.set_xlim(-0.5, len(trace) - 0.5)
    return ax


def plot_text_states(
    values: np.ndarray,
    text: Sequence[str],
    truth: Sequence[bool] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw units over characters: one hue for each sign, deeper for the larger number.

    Parameters
    ----------
    values : ndarray, shape (T, H)
        A state or a gate after each character.
    text : sequence of T str
        The characters.
    truth : sequence of T bool, optional
        Marked by a bar under the characters for which it holds.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong shape or kind; the message names it.
    """
    grid = checks.array("values", values, ("T", "H"), np.float64)
    characters = glyphs.glyphs(text, len(grid))[0]
    marks = None if truth is None else checks.array("truth", truth, (len(grid),), bool)
    ax = drawing.axes(ax)
    # Pale is transparent, not white: the same image then suits a dark page.
    ax.imshow(drawing.tint(grid.T), aspect="auto", interpolation="none")
    for start, stop in [] if marks is None else drawing.runs_of(marks):
        ends = [start - 0.5, stop - 0.5]
        ax.plot(
            ends,
            [-0.02, -0.02],
            color=palette.LIGHT["ink"],
            linewidth=3,
            solid_capstyle="butt",
            transform=ax.get_xaxis_transform(),
            clip_on=False,
        )
    drawing.step_axis(ax, characters)
    ax.set_ylabel("unit")
    ax.locator_params(axis="y", integer=True)
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    drawing.sign_key(ax, grid)
    return ax


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
    """
    if not isinstance(curves, Mapping) or not 1 <= len(curves) <= len(_CURVES):
        raise ValueError(f"curves must map 1 to 4 names to arrays; got {curves!r:.60}")
    rows = {k: checks.array(f"curves[{k!r}]", v, ("S", "N"), float) for k, v in curves.items()}
    ax = drawing.axes(ax)
    for (name, runs), (colour, dash) in zip(rows.items(), _CURVES, strict=False):
        ink = palette.LIGHT[colour]
        steps = np.arange(1, runs.shape[1] + 1)
        ax.fill_between(steps, runs.min(0), runs.max(0), color=ink, alpha=0.16, linewidth=0)
        style = (0, dash) if dash else "-"
        ax.plot(steps, np.median(runs, 0), color=ink, linestyle=style, label=name)
    drawing.label_ends(ax, dict.fromkeys(rows, palette.LIGHT["ink"]), "normal")
    ax.set_xlabel("step")
    return ax
