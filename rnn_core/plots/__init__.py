"""Figures of what was computed: they take arrays and an `ax`, draw, and return the `ax`.

Nothing here computes a result or calls ``show()``. Colours, dashes and markers come from
`palette`, so a line looks as its letter does in the formulas, on a light page and on a dark one.
"""

import sys

from .. import palette
from ..drawing import plt
from .curves import plot_gradient_norms, plot_learning_curves
from .memory import plot_half_lives, plot_saturation
from .spectra import plot_singular_values, plot_spectrum
from .states import plot_gates, plot_text_states

__all__ = [
    "plot_gates",
    "plot_gradient_norms",
    "plot_half_lives",
    "plot_learning_curves",
    "plot_saturation",
    "plot_singular_values",
    "plot_spectrum",
    "plot_text_states",
    "use_style",
]


def use_style(dark: bool = False) -> None:
    """Give every later figure the look of the book, as crisp vector graphics in a notebook.

    Parameters
    ----------
    dark : bool
        Draw in the dark page's colours. The book's own pages do not need it: they take light
        figures and turn them dark with the page.

    Examples
    --------
    >>> use_style()
    >>> plt.rcParams["axes.facecolor"]
    '#fbf9f5'
    """
    plt.rcParams.update(palette.rc(dark))
    if "ipykernel" in sys.modules:
        from matplotlib_inline.backend_inline import set_matplotlib_formats

        set_matplotlib_formats("svg")
