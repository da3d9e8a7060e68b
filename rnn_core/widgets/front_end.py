"""The widgets' scripts and styles, as Jupyter and as the book need them.

The scripts are written as ES modules in the small: the files of ``lib`` export what widgets share,
a widget's file imports from them and ends with ``export default { render };``. Jupyter wants one
self-contained module for each widget. The book wants one classic script for all, because a page
opened from a disk (``file://``) may not load modules.
"""

from __future__ import annotations

import re
from pathlib import Path

from rnn_core import palette

HERE = Path(__file__).parent
LIBRARY = HERE / "lib"
IMPORT = re.compile(r'^import \{[^}]*\} from "\./(?:lib/)?(\w+)\.js";\n', re.MULTILINE)
EXPORT_DEFAULT = re.compile(r"^export default (\{[^}]*\});\n", re.MULTILINE)
EXPORT = re.compile(r"^export (?=function|const)", re.MULTILINE)


def names() -> list[str]:
    """Return the names of the widgets."""
    return sorted(p.stem for p in HERE.glob("*.js") if p.stem != "host")


def module(name: str) -> str:
    """Return the widget `name` as one self-contained ES module."""
    source = _read(HERE / f"{_known(name)}.js")
    return _library(source) + IMPORT.sub("", source)


def stylesheet() -> str:
    """Return the palette and the style of every widget as one style sheet."""
    first = HERE / "figure.css"
    rest = [path for path in sorted(HERE.glob("*.css")) if path != first]
    return palette.css() + "".join(map(_read, [first, *rest]))


def classic_script(only: str = "") -> str:
    """Return one classic script that brings every ``<rnn-widget>`` of a page to life.

    Parameters
    ----------
    only : str
        The name of one widget, for a page that has no other.
    """
    chosen = [_known(only)] if only else names()
    sources = {name: _read(HERE / f"{name}.js") for name in chosen}
    widgets = "".join(_registered(name, source) for name, source in sources.items())
    library = _library("".join(sources.values()))
    body = f'"use strict";\n{library}const widgets = {{}};\n{widgets}{_read(HERE / "host.js")}'
    return f"(() => {{\n{body}}})();\n"


def _known(name: str) -> str:
    if name not in names():
        raise ValueError(f"name must be one of {', '.join(names())}; got {name!r}")
    return name


def _registered(name: str, source: str) -> str:
    source = EXPORT_DEFAULT.sub(r"return \1;\n", IMPORT.sub("", source))
    return f"widgets.{name} = (() => {{\n{source}}})();\n"


def _library(source: str) -> str:
    """Return what `source` imports, and what that imports, each file once and before its use."""
    found: dict[str, str] = {}

    def add(name: str) -> None:
        if name not in found:
            text = _read(LIBRARY / f"{name}.js")
            for needed in IMPORT.findall(text):
                add(needed)
            found[name] = EXPORT.sub("", IMPORT.sub("", text))

    for name in IMPORT.findall(source):
        add(name)
    return "".join(found.values())


def _read(path: Path) -> str:
    return path.read_text("utf8")
