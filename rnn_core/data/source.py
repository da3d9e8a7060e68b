"""Python source from the standard library, labelled by Python itself, and characters as numbers.

The text is what the running Python ships with; the labels come from `tokenize`. The modules are
those that Python 3.11, 3.12 and 3.13 all have, in plain ASCII, from 4 000 to 120 000 characters
long. They were shuffled once and dealt to three splits; modules that are near copies of each
other (ntpath and posixpath, profile and cProfile, …) stay in one split. Licence: PSF-2.0.
"""

from __future__ import annotations

import sysconfig
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .. import checks
from .tokens import check_text, inside_string

PYTHON_ALPHABET = "\t\n\f" + "".join(map(chr, range(32, 127)))

_TRAIN = """
abc ast base64 bdb bz2 cProfile calendar cmd codeop colorsys configparser contextlib copy
copyreg csv dataclasses difflib doctest enum filecmp fileinput fnmatch genericpath getpass glob
graphlib gzip hmac imaplib ipaddress linecache lzma mailbox mimetypes modulefinder netrc ntpath
numbers operator os pdb pickletools pkgutil poplib posixpath profile pstats pty py_compile
pyclbr pydoc queue reprlib rlcompleter sched shelve shutil site smtplib socketserver ssl stat
string stringprep subprocess tabnanny tarfile tempfile threading timeit tokenize trace traceback
types uuid warnings wave weakref webbrowser zipapp zipimport
"""
_VALIDATION = """
argparse locale plistlib pprint selectors socket symtable tracemalloc
"""
_TEST = """
code codecs compileall dis gettext hashlib optparse pickle quopri textwrap
"""
SPLITS = {
    "train": tuple(_TRAIN.split()),
    "validation": tuple(_VALIDATION.split()),
    "test": tuple(_TEST.split()),
}


@dataclass(frozen=True)
class Source:
    """One module: its name, its text, and for each character whether it is inside a string."""

    name: str
    text: str
    inside: np.ndarray


def python_source(split: str) -> list[Source]:
    """Read the modules of one split from the running Python, and label them.

    Parameters
    ----------
    split : "train", "validation" or "test"

    Returns
    -------
    list of Source
        About 2.3, 0.3 and 0.3 million characters; the texts differ a little between versions.

    Raises
    ------
    FileNotFoundError
        If this Python ships without the source of a module.

    Notes
    -----
    Source: the standard library of the running CPython. Licence: PSF-2.0.

    Examples
    --------
    >>> sources = python_source("test")
    >>> sources[0].name, len(sources), sources[0].inside.shape == (len(sources[0].text),)
    ('code', 10, True)
    """
    library = Path(sysconfig.get_path("stdlib"))
    sources = []
    for name in SPLITS[checks.choice("split", split, list(SPLITS))]:
        path = library / f"{name}.py"
        if not path.is_file():
            raise FileNotFoundError(
                f"the source of {name!r} is not in this Python's standard library; "
                "python_source needs CPython 3.11 to 3.13 with its .py files"
            )
        text = path.read_text(encoding="utf-8")
        sources.append(Source(name, text, inside_string(text)))
    return sources


def encode(text: str) -> np.ndarray:
    """Return the place of each character in `PYTHON_ALPHABET`.

    Parameters
    ----------
    text : str

    Returns
    -------
    ndarray of int, shape (T,)

    Raises
    ------
    TypeError, ValueError
        If `text` is not text, is empty, or holds a character outside the alphabet.

    Examples
    --------
    >>> encode("a b")
    array([68,  3, 69])
    """
    check_text("text", text)
    places = [PYTHON_ALPHABET.find(character) for character in text]
    if -1 in places:
        at = places.index(-1)
        raise ValueError(
            "text must hold only printable ASCII, tab, newline and form feed; "
            f"got {text[at]!r} at position {at}"
        )
    return np.array(places)


def one_hot(text: Any, *, dtype: Any = np.float64) -> np.ndarray:
    """Return characters as one-hot rows, ready for `forward`.

    Parameters
    ----------
    text : str, or array of int of shape (T, B) as `encode` gives them
    dtype : float64 or float32

    Returns
    -------
    ndarray, shape (T, B, len(PYTHON_ALPHABET)); B = 1 for a str

    Raises
    ------
    TypeError, ValueError
        If a character or a number is outside the alphabet, or `text` is empty.

    Examples
    --------
    >>> one_hot("x = 1").shape
    (5, 1, 98)
    """
    codes = encode(text)[:, None] if isinstance(text, str) else text
    size = len(PYTHON_ALPHABET)
    codes = checks.classes("text", codes, ("T", "B"), size)
    return np.eye(size, dtype=checks.float_dtype("dtype", dtype))[codes]
