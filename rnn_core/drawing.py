"""What the plots have in common: axes in the book's style, colours of the page, line labels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from . import palette
from .trace import Trace

try:
    import matplotlib.pyplot as plt
    from matplotlib.axes import Axes as Axes
    from matplotlib.colors import to_rgb, to_rgba
    from matplotlib.patches import Patch
except ImportError as error:
    raise ImportError("rnn_core.plots needs Matplotlib: pip install 'rnn_core[plots]'") from error

# Several things of one kind in one plot: a colour of the page, a dash and a marker for each.
SERIES = (
    ("ink", (), "o"),
    ("neg", (5, 2), "s"),
    ("pos", (2.5, 1.5), "^"),
    ("muted", (6, 1.5, 1, 1.5), "D"),
)


def axes(ax: Axes | None) -> Axes:
    """Return `ax`, or the axes of a new figure in the book's style, dark if the settings are."""
    if ax is None:
        with plt.rc_context(palette.rc(_is_dark(plt.rcParams["figure.facecolor"]))):
            return plt.subplots()[1]
    if not isinstance(ax, Axes):
        raise TypeError(f"ax must be Matplotlib Axes or None; got {ax!r:.60}")
    return ax


def colour(ax: Axes, name: str) -> str:
    """Return the colour of a letter, or of a part of the page such as "ink", where `ax` is."""
    dark = _is_dark(ax.get_facecolor())
    if name in palette.LOOKS:
        return palette.LOOKS[name].dark if dark else palette.LOOKS[name].light
    return (palette.DARK if dark else palette.LIGHT)[name]


def _is_dark(paper: Any) -> bool:
    red, green, blue, alpha = to_rgba(paper)
    return bool(alpha and 0.21 * red + 0.72 * green + 0.07 * blue < 0.5)


def line_style(dash: tuple[float, ...]) -> Any:
    """Return Matplotlib's line style for a dash pattern, empty for a solid line."""
    return (0, dash) if dash else "-"


def named(name: str, value: Any) -> dict[str, Any]:
    """Return a mapping of 1 to 4 names, as many as `SERIES` tells apart."""
    if not isinstance(value, Mapping) or not 1 <= len(value) <= len(SERIES):
        most = len(SERIES)
        raise ValueError(f"{name} must map 1 to {most} names to arrays; got {value!r:.60}")
    return {str(key): rows for key, rows in value.items()}


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
        ax.set_xticks(range(len(characters)), characters, family="monospace", va="baseline")
        ax.tick_params(axis="x", length=0, pad=14)


def label_ends(ax: Axes, colours: Mapping[str, str], style: str) -> None:
    """Write each line's name at its last drawn point, moved apart where lines end together."""
    ends = {}
    for line in ax.lines:
        points = np.column_stack([line.get_xdata(), line.get_ydata()]).astype(float)
        ends[line.get_label()] = points[np.isfinite(points).all(axis=1)][-1]
    scale = ax.yaxis.get_transform()  # logarithms, on a log axis
    low, high = scale.transform(ax.get_ylim())
    names = sorted(colours, key=lambda name: ends[name][1])
    heights = np.array([scale.transform(ends[name][1]) for name in names], float)
    for name, height in zip(names, spread(heights, 0.07 * (high - low)), strict=True):
        place = (ends[name][0], float(scale.inverted().transform(height)))
        ax.annotate(
            name,
            place,
            (7, 0),
            textcoords="offset points",
            va="center",
            color=colours[name],
            fontsize="large",
            fontstyle=style,
            annotation_clip=False,
        )


def spread(heights: np.ndarray, gap: float) -> np.ndarray:
    """Move sorted numbers at least `gap` apart, and no further than that needs.

    Those that touch become a block about their mean; blocks that touch become one.

    >>> spread(np.array([0.0, 4.0, 4.0]), 2)
    array([0., 3., 5.])
    """
    blocks: list[tuple[float, int]] = []  # mean of height less place times gap, and how many
    for height in heights - gap * np.arange(len(heights)):
        mean, count = float(height), 1
        while blocks and blocks[-1][0] > mean:
            lower, others = blocks.pop()
            mean = (mean * count + lower * others) / (count + others)
            count += others
        blocks.append((mean, count))
    flat = np.concatenate([np.full(count, mean) for mean, count in blocks])
    return flat + gap * np.arange(len(heights))


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
        labelcolor=colour(ax, "ink"),
    )
