"""What the plots have in common: axes in the book's style, an axis of characters, line labels."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from . import palette
from .trace import Trace

try:
    import matplotlib.pyplot as plt
    from matplotlib.axes import Axes as Axes
    from matplotlib.colors import to_rgb
    from matplotlib.patches import Patch
except ImportError as error:
    raise ImportError("rnn_core.plots needs Matplotlib: pip install 'rnn_core[plots]'") from error


def axes(ax: Axes | None) -> Axes:
    """Return `ax`, or the axes of a new figure in the book's style."""
    if ax is None:
        with plt.rc_context(palette.rc()):
            return plt.subplots()[1]
    if not isinstance(ax, Axes):
        raise TypeError(f"ax must be Matplotlib Axes or None; got {ax!r:.60}")
    return ax


def letters_of(letters: str | None, trace: Trace) -> str:
    """Return the letters to draw: those asked for, if the trace has them."""
    known = "".join(k for k in trace.arrays if k in palette.LOOKS)
    if letters is None:
        return known
    if not isinstance(letters, str) or not letters or not set(letters) <= set(known):
        raise ValueError(f"letters must be some of {known!r}; got {letters!r}")
    return letters


def step_axis(ax: Axes, characters: list[str] | None) -> None:
    """Name the time axis, by its characters if they are given."""
    ax.set_xlabel("step" if characters is None else "character read")
    if characters is not None:
        ax.set_xticks(range(len(characters)), characters, family="monospace")
        ax.tick_params(axis="x", length=0, pad=6)


def label_ends(ax: Axes, colours: Mapping[str, str], style: str) -> None:
    """Write each line's name at its end, moved apart where lines end together."""
    ends = {}
    for line in ax.lines:
        xs, ys = np.asarray(line.get_xdata()), np.asarray(line.get_ydata())
        ends[line.get_label()] = float(xs[-1]), float(ys[-1])
    low, high = ax.get_ylim()
    gap, floor = 0.07 * (high - low), -np.inf
    for name in sorted(colours, key=lambda name: ends[name][1]):
        x, y = ends[name]
        floor = max(y, floor + gap)
        ax.annotate(
            name,
            (x, floor),
            (7, 0),
            textcoords="offset points",
            va="center",
            color=colours[name],
            fontsize="large",
            fontstyle=style,
            annotation_clip=False,
        )


def tint(grid: np.ndarray) -> np.ndarray:
    """Return colours (H, T, 4): hue for the sign, opacity for the size."""
    ends = [to_rgb(palette.LIGHT[k]) for k in ("neg", "pos")]
    image = np.empty((*grid.shape, 4))
    image[..., :3] = np.where((grid > 0)[..., None], ends[1], ends[0])
    image[..., 3] = np.abs(grid) / (np.abs(grid).max() or 1)
    return image


def runs_of(marks: np.ndarray) -> list[tuple[int, int]]:
    """Return start and stop of each run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], marks, [False]]).astype(int)))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]


def sign_key(ax: Axes, grid: np.ndarray) -> None:
    """Say what the two hues mean and how large the deepest is."""
    top = np.abs(grid).max()
    handles = [Patch(color=palette.LIGHT["neg"]), Patch(color=palette.LIGHT["pos"])]
    ax.legend(
        handles,
        [f"−{top:.2f}", f"+{top:.2f}"],
        loc="lower right",
        ncols=2,
        bbox_to_anchor=(1, 1),
        frameon=False,
        borderaxespad=0.2,
        labelcolor=palette.LIGHT["ink"],
    )
