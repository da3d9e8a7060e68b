"""What a cell did at each step: one unit's gates as lines, many units' states as a heat map."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .. import checks, drawing, glyphs, palette
from ..drawing import Axes
from ..trace import Trace


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

    Examples
    --------
    >>> from rnn_core import LSTM
    >>> trace = LSTM(1, 2, rng=np.random.default_rng(0)).forward(np.ones((4, 1, 1)))
    >>> ax = plot_gates(trace, letters="fc")
    >>> [line.get_label() for line in ax.lines]
    ['f', 'c']
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
    steps, colours = np.arange(len(trace)), {k: drawing.colour(ax, k) for k in chosen}
    for letter in chosen:
        values = trace[letter][(slice(None), *column)]
        style = drawing.line_style(palette.LOOKS[letter].dash)
        ax.plot(steps, values, color=colours[letter], linestyle=style, label=letter)
    drawing.label_ends(ax, colours, "italic")
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

    Examples
    --------
    >>> ax = plot_text_states(np.array([[0.5], [-1.0]]), "ab")
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['−1.00', '+1.00']
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
            color=drawing.colour(ax, "ink"),
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
