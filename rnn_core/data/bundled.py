"""Files that other packages bring with them, read without importing those packages.

Importing statsmodels or aeon takes seconds, and aeon's loader would ask the network for a file
that is missing. A path costs nothing and asks nobody.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path


def bundled(user: str, package: str, *parts: str) -> Path:
    """Return the path of a file that an installed package brings with it.

    Parameters
    ----------
    user : str
        Who asks: the name for the message.
    package : str
    *parts : str
        Where the file is inside the package.

    Returns
    -------
    Path

    Raises
    ------
    ImportError
        If the package is not installed.
    FileNotFoundError
        If this version of it comes without the file.

    Examples
    --------
    >>> bundled("the example", "numpy", "version.py").name
    'version.py'
    """
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ImportError(f"{user} needs {package}: pip install 'rnn-core[data]'")
    path = Path(next(iter(spec.submodule_search_locations))).joinpath(*parts)
    if not path.is_file():
        raise FileNotFoundError(
            f"{user} needs {'/'.join(parts)}, which the installed {package} does not bring; "
            "pip install 'rnn-core[data]' takes a version that does"
        )
    return path
