"""One case of every figure, by the name of its script: what tests of all figures are run on.

Each module here has `make(**changes)`, which returns the figure with every option given, and
`TURN`, a trait with a value that the figure does not stand at. Where a kernel recomputes what a
page without one cannot show, `LIVE` has code to run in a notebook, where the figure is `figure`,
and a text that the figure then shows.
"""

import importlib
import pkgutil

NAMES = sorted(found.name for found in pkgutil.iter_modules(__path__))


def case(name):
    """Return the module of one figure."""
    return importlib.import_module(f"{__name__}.{name}")
