"""Show the package's own source on a page, so that a formula stands beside the line that runs.

The text is read from the source when the page runs: it is never a copy that can grow old.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def code_of(thing: Callable | type, containing: str | None = None) -> str:
    r"""Return the source of a function or class, or the statements in it that contain a text.

    Parameters
    ----------
    thing : function, method or class
        Something written in Python.
    containing : str, optional
        Return only the statements that contain this text, whole and in order, without the
        docstring. Statements that hold others (``for``, ``if``, ``with``) are looked into.

    Returns
    -------
    str
        A comment with the name of the file, then the code, with no indent.

    Raises
    ------
    TypeError
        If ``thing`` has no source in Python.
    ValueError
        If no statement contains the text.

    Examples
    --------
    >>> from rnn_core import LSTM
    >>> print(code_of(LSTM, "f * "))
    # rnn_core/cells.py
    c = f * c + i * g
    """
    try:
        # A decorated function is shown, not the decorator's own code.
        lines, _ = inspect.getsourcelines(inspect.unwrap(thing))
        file = Path(inspect.getsourcefile(inspect.unwrap(thing)) or "")
    except (TypeError, ValueError, OSError) as error:
        raise TypeError(f"thing: {thing!r} has no source in Python") from error
    source = textwrap.dedent("".join(lines))
    if containing is not None:
        found = [text for text in _statements(ast.parse(source), source) if containing in text]
        if not found:
            name = getattr(thing, "__qualname__", repr(thing))
            raise ValueError(f"containing: no statement of {name} contains {containing!r}")
        source = "\n".join(found)
    return f"# {_place(file)}\n{source.rstrip()}"


def _statements(tree: ast.AST, source: str) -> list[str]:
    """Return the text of every statement that holds no other, in order, without docstrings."""
    rows = source.splitlines()
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt) and not hasattr(node, "body"):
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
                continue
            text = "\n".join(rows[node.lineno - 1 : node.end_lineno])
            found.append((node.lineno, textwrap.dedent(text)))
    return [text for _, text in sorted(found)]


def _place(file: Path) -> str:
    """Return a file's name from the package's folder on, or its last part."""
    if file.is_relative_to(PACKAGE):
        return file.relative_to(PACKAGE.parent).as_posix()
    return file.name
