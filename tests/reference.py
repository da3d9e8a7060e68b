"""What the reference shows, read from its pages and from the package."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from pathlib import Path
from types import ModuleType

import rnn_core

PAGES = Path(__file__).resolve().parent.parent / "book" / "api"
SHOWN = re.compile(r"^\.\. automodule:: (\S+)$", re.MULTILINE)
INNER = re.compile(r"^(`rnn_core.*)\n: ", re.MULTILINE)


def shown_modules() -> list[str]:
    """Return the modules whose public names the pages show, in the order of the pages."""
    texts = [page.read_text("utf8") for page in sorted(PAGES.glob("*.md"))]
    return [name for text in texts for name in SHOWN.findall(text)]


def inner_modules() -> list[str]:
    """Return the modules that the page on the inside of the package names."""
    terms = INNER.findall((PAGES / "inside.md").read_text("utf8"))
    return [name for term in terms for name in re.findall(r"`(rnn_core[\w.]*)`", term)]


def all_modules() -> list[str]:
    """Return every module of the package, the package itself first."""
    found = pkgutil.walk_packages(rnn_core.__path__, "rnn_core.")
    return ["rnn_core", *sorted(module.name for module in found)]


def handed_on(module: ModuleType, name: str, value: object) -> bool:
    """Say whether a name belongs to a module: defined in it or, for a package, in its parts."""
    home = f"{getattr(value, '__module__', '')}."
    return not name.startswith("_") and home.startswith(f"{module.__name__}.")


def public_names() -> dict[str, object]:
    """Return every public class and function of the shown modules, under its full name."""
    found = {}
    for module in map(importlib.import_module, shown_modules()):
        if module is rnn_core:  # it hands on what other modules show
            continue
        for name in getattr(module, "__all__", vars(module)):
            value = getattr(module, name)
            known = inspect.isclass(value) or inspect.isfunction(value)
            if known and handed_on(module, name, value):
                found[f"{module.__name__}.{name}"] = value
    return found
