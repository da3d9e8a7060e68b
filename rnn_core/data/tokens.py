"""What each character of Python source belongs to, as Python's own tokenizer says.

Python 3.11 reads an f-string as one token, later versions as many; here it is one token in all.
"""

from __future__ import annotations

import io
import keyword
import tokenize
from collections.abc import Iterator

import numpy as np

TOKEN_CLASSES = ("space", "string", "comment", "keyword", "name", "number", "operator")

_OPENS = {"FSTRING_START", "TSTRING_START"}  # Python 3.12 and 3.14 tokenise these strings anew
_CLOSES = {"FSTRING_END", "TSTRING_END"}
_KINDS = {"STRING": "string", "COMMENT": "comment", "NUMBER": "number", "OP": "operator"}
_STRAY = {"$", "?", "!", "`"}  # an error in one version of Python, an operator in another


def inside_string(source: str) -> np.ndarray:
    """Say for each character of Python source whether it belongs to a string literal.

    The quotes belong to it; a prefix such as r or b does not, because a reader from left to right
    cannot know it for one. Everything between the quotes of an f-string counts as inside.

    Parameters
    ----------
    source : str
        Python source that `tokenize` accepts.

    Returns
    -------
    ndarray of bool, shape (len(source),)

    Raises
    ------
    TypeError, ValueError
        If `source` is not text, is empty, or is not Python.

    Examples
    --------
    >>> inside_string("x = b'hi'").astype(int)
    array([0, 0, 0, 0, 0, 1, 1, 1, 1])
    """
    inside = np.zeros(len(check_text("source", source)), bool)
    for kind, first, last in _tokens(source):
        if kind == "STRING":
            inside[first + _prefix(source[first:last]) : last] = True
    return inside


def token_labels(source: str) -> np.ndarray:
    """Say for each character of Python source what kind of token it belongs to.

    A string takes its quotes and its prefix with it, and an f-string everything between its
    quotes. Soft keywords such as `match` are names. Space is what lies between tokens: blanks, line
    ends, indentation, and the backslash that joins two lines.

    Parameters
    ----------
    source : str
        Python source that `tokenize` accepts.

    Returns
    -------
    ndarray of int, shape (len(source),)
        Places in `TOKEN_CLASSES`: labels for `heads.softmax_cross_entropy`, once in the shape
        (T, B). Always answering the most frequent class is right as often as that class occurs.

    Raises
    ------
    TypeError, ValueError
        If `source` is not text, is empty, or is not Python.

    Examples
    --------
    >>> [TOKEN_CLASSES[k] for k in token_labels("if x:  # 1")[[0, 3, 4, 5, 7]]]
    ['keyword', 'name', 'operator', 'space', 'comment']
    """
    labels = np.zeros(len(check_text("source", source)), np.int64)
    for kind, first, last in _tokens(source):
        if kind == "NAME":
            name = "keyword" if keyword.iskeyword(source[first:last]) else "name"
        else:
            name = _KINDS.get(kind, "space")
        labels[first:last] = TOKEN_CLASSES.index(name)
    return labels


def check_text(name: str, text: object) -> str:
    """Return `text` if it is a str with at least one character."""
    if not isinstance(text, str):
        raise TypeError(f"{name} must be a str; got {type(text).__name__}")
    if not text:
        raise ValueError(f"{name} must hold at least one character; got an empty str")
    return text


def _tokens(source: str) -> Iterator[tuple[str, int, int]]:
    """Yield the kind of each token, and where it starts and ends in `source`."""
    starts = np.cumsum([0] + [len(line) + 1 for line in source.split("\n")])
    depth, opened = 0, 0
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            kind = tokenize.tok_name[token.type]
            first, last = (
                int(starts[row - 1]) + column for row, column in (token.start, token.end)
            )
            if kind in _OPENS:
                opened = first if depth == 0 else opened
                depth += 1
            elif kind in _CLOSES:
                depth -= 1
                if depth == 0:
                    yield "STRING", opened, last
            elif depth == 0:
                _refuse_strays(kind, token)
                yield kind, first, last
    except (tokenize.TokenError, SyntaxError) as error:
        raise ValueError(f"source must be Python that tokenize accepts; got {error}") from error


def _refuse_strays(kind: str, token: tokenize.TokenInfo) -> None:
    if kind == "ERRORTOKEN" or token.string in _STRAY:
        raise SyntaxError(f"{token.string!r} at {token.start}")


def _prefix(token: str) -> int:
    """Return how many letters stand before the first quote."""
    return min(at for at in (token.find("'"), token.find('"')) if at >= 0)
