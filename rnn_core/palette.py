"""One colour, letter, dash and marker for each quantity of a cell, wherever it is shown.

Formulas, diagrams, widgets and plots all read this file. The light colours are text colours on
the light page, the dark ones on the dark page. They were chosen by a search for the largest least
CIEDE2000 difference under normal and simulated colour-blind vision; tests/test_palette.py holds
the result.
"""

from typing import Any, NamedTuple


class Look(NamedTuple):
    """How one letter looks.

    Attributes
    ----------
    letter : str
        The letter of the formulas.
    name : str
        What the letter stands for.
    light, dark : str
        Colours ``#rrggbb`` on the light and on the dark page.
    dash : tuple of float
        Lengths of ink and gap in line widths; empty for a solid line.
    marker : str
        Matplotlib's code of the marker.

    Examples
    --------
    >>> LOOKS["f"].name, LOOKS["f"].light
    ('forget gate', '#5e1400')
    """

    letter: str
    name: str
    light: str
    dark: str
    dash: tuple[float, ...]
    marker: str


_CANDIDATE = ("#8f5d04", "#e3ab4a", (6, 1.5, 1, 1.5), "D")

LOOKS = {
    look.letter: look
    for look in (
        Look("x", "input", "#24272c", "#e6e3da", (1, 3), "X"),
        Look("i", "input gate", "#235337", "#4ed0a6", (1, 1), "^"),
        Look("f", "forget gate", "#5e1400", "#d26e5e", (5, 2), "v"),
        Look("g", "candidate", *_CANDIDATE),
        Look("o", "output gate", "#6d5cbf", "#c8bbfb", (2.5, 1.5), "o"),
        Look("c", "cell state", "#19237d", "#6490d2", (), "s"),
        Look("h", "hidden state", "#613852", "#a58498", (10, 2), "P"),
        Look("r", "reset gate", "#0b758a", "#99c7d0", (6, 1.5, 1, 1.5, 1, 1.5), "<"),
        Look("z", "update gate", "#5e6f51", "#d4f4a3", (2, 1, 2, 3), ">"),
        # The candidate has one look; its letter is g in the LSTM and n in the GRU.
        Look("n", "candidate", *_CANDIDATE),
    )
}

# The ends of the heat map are the same on both pages, so that an image made once suits both.
_HEAT = {"pos": "#2f7ea6", "neg": "#c0602e"}

LIGHT = {
    "paper": "#fbf9f5",
    "panel": "#f4f1ea",
    "ink": "#24272c",
    "muted": "#5f6168",
    "line": "#d9d4c8",
    "accent": "#35566b",
    **_HEAT,
}
DARK = {
    "paper": "#16181c",
    "panel": "#1d2026",
    "ink": "#e6e3da",
    "muted": "#a3a39f",
    "line": "#3a3e46",
    "accent": "#a3c4d6",
    **_HEAT,
}

DARK_SELECTOR = 'html[data-theme="dark"], body[data-jp-theme-light="false"]'


def _variables(dark: bool) -> str:
    """Return the custom properties of one page as CSS declarations."""
    page = DARK if dark else LIGHT
    lines = [f"  --rnn-{name}: {colour};" for name, colour in page.items()]
    lines += [f"  --gate-{k}: {look.dark if dark else look.light};" for k, look in LOOKS.items()]
    return "\n".join(lines)


def css() -> str:
    """Return the palette as a style sheet.

    Custom properties ``--gate-i`` and ``--rnn-paper`` carry the colours, ``--dash-i`` the dash
    pattern for ``stroke-dasharray`` in pixels at a stroke 2 px wide, and class ``.gate-i`` sets
    the text colour. A printed page is a light one.

    Returns
    -------
    str
        CSS text, light by default, dark where the page says so.

    Examples
    --------
    >>> ".gate-f { color: var(--gate-f); }" in css()
    True
    """
    dashes = [
        f"  --dash-{k}: {' '.join(f'{2 * d:g}' for d in look.dash) or 'none'};"
        for k, look in LOOKS.items()
    ]
    classes = [f".gate-{k} {{ color: var(--gate-{k}); }}" for k in LOOKS]
    return "\n".join(
        [
            ":root {",
            *dashes,
            _variables(dark=False),
            "}",
            "@media screen {",
            f"{DARK_SELECTOR} {{",
            _variables(dark=True),
            "}",
            "}",
            *classes,
            "",
        ]
    )


def rc(dark: bool = False) -> dict[Any, Any]:
    """Return Matplotlib settings that make a figure belong to the page.

    Parameters
    ----------
    dark : bool
        Use the dark page's colours.

    Returns
    -------
    dict
        For ``matplotlib.rc_context`` or ``matplotlib.rcParams.update``.

    Examples
    --------
    >>> rc(dark=True)["axes.facecolor"]
    '#16181c'
    """
    page = DARK if dark else LIGHT
    colours = [LOOKS[k].dark if dark else LOOKS[k].light for k in "cfgoihrz"]
    settings: dict[Any, Any] = dict.fromkeys(
        ("figure.facecolor", "axes.facecolor", "savefig.facecolor"), page["paper"]
    )
    settings |= dict.fromkeys(("text.color", "axes.titlecolor", "legend.labelcolor"), page["ink"])
    settings |= dict.fromkeys(("axes.labelcolor", "xtick.color", "ytick.color"), page["muted"])
    return settings | {
        "axes.edgecolor": page["muted"],
        "axes.grid": False,
        "axes.linewidth": 0.8,
        "axes.prop_cycle": f"cycler('color', {colours})",
        "axes.spines.right": False,
        "axes.spines.top": False,
        "axes.titlelocation": "left",
        "figure.constrained_layout.use": True,
        "figure.dpi": 110,
        "figure.figsize": (7.2, 3.2),
        "font.size": 10,
        "grid.color": page["line"],
        "image.cmap": "Greys",
        "legend.frameon": False,
        "lines.linewidth": 1.8,
        # Text stays text: it can be selected, read aloud and set in the page's own type.
        "svg.fonttype": "none",
        "svg.hashsalt": "rnn_core",
    }
