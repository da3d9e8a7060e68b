"""The widgets' scripts and styles, as Jupyter and as the book need them.

The scripts are written as ES modules in the small: ``shared.js`` exports helpers, a widget's file
begins with one import of them and ends with ``export default { render };``. Jupyter wants one
self-contained module for each widget. The book wants one classic script for all, because a page
opened from a disk (``file://``) may not load modules.
"""

from __future__ import annotations

import re
from pathlib import Path

from rnn_core import palette

HERE = Path(__file__).parent
IMPORT = re.compile(r'^import \{[^}]*\} from "\./shared\.js";\n', re.MULTILINE)
EXPORT_DEFAULT = re.compile(r"^export default (\{[^}]*\});\n", re.MULTILINE)
EXPORT = re.compile(r"^export (?=function|const)", re.MULTILINE)


def names() -> list[str]:
    """Return the names of the widgets."""
    return sorted(p.stem for p in HERE.glob("*.js") if p.stem not in ("shared", "host"))


def module(name: str) -> str:
    """Return the widget `name` as one self-contained ES module."""
    if name not in names():
        raise ValueError(f"name must be one of {', '.join(names())}; got {name!r}")
    return _shared() + IMPORT.sub("", _read(f"{name}.js"))


def stylesheet() -> str:
    """Return the palette and the style of every widget as one style sheet."""
    return palette.css() + "".join(p.read_text("utf8") for p in sorted(HERE.glob("*.css")))


def classic_script() -> str:
    """Return one classic script that brings every ``<rnn-widget>`` of a page to life."""
    widgets = "".join(_registered(name) for name in names())
    body = f'"use strict";\n{_shared()}const widgets = {{}};\n{widgets}{_read("host.js")}'
    return f"(() => {{\n{body}}})();\n"


def _registered(name: str) -> str:
    source = EXPORT_DEFAULT.sub(r"return \1;\n", IMPORT.sub("", _read(f"{name}.js")))
    return f"widgets.{name} = (() => {{\n{source}}})();\n"


def _shared() -> str:
    return EXPORT.sub("", _read("shared.js"))


def _read(file: str) -> str:
    return (HERE / file).read_text("utf8")
