"""Say which extras of rnn_core some code needs, from what it imports.

`rnn_core` alone needs NumPy. Which package belongs to which extra stands in pyproject.toml; which
module of rnn_core imports which package is read from its source. A function that imports a package
when it is called counts where the code, or a module that the code uses, names what stands in its
module.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FLOOR = ("plots", "widgets")
EXTRAS = (*FLOOR, "store", "train", "data", "sweep", "dask")
MODULES = {"scikit-learn": "sklearn"}
PACKAGE = "rnn_core"


@cache
def of_modules() -> dict[str, str]:
    """Return the extra that brings each module; the first, where several do."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf8"))["project"]
    found: dict[str, str] = {}
    for extra in EXTRAS:
        for requirement in project["optional-dependencies"][extra]:
            name = re.match(r"[\w-]+", requirement)[0]
            if name != project["name"]:
                found.setdefault(MODULES.get(name, name), extra)
    return found


def needed(codes: Iterable[str]) -> list[str]:
    """Return the extras that notebooks or scripts of these sources need, the floor among them."""
    used: set[str] = set()
    seen: set[str] = set()
    names = {name for code in codes for name in _names(ast.parse(_plain(code)))}
    while names:
        name = names.pop()
        used |= {name.split(".")[0]} & of_modules().keys()
        module = _stands_in(name)
        if module and module not in seen:
            seen.add(module)
            names |= _used_by(module)
    extras = {of_modules()[module] for module in used} | set(FLOOR)
    return [extra for extra in EXTRAS if extra in extras]


def _plain(code: str) -> str:
    """Return the code of a cell without its magics."""
    return re.sub(r"^( *)[%!].*$", r"\1pass", code, flags=re.MULTILINE)


def _stands_in(name: str) -> str | None:
    """Return the module of rnn_core in which something with a dotted name stands."""
    parts = name.split(".")
    if parts[0] != PACKAGE:
        return None
    at = next(n for n in range(len(parts), 0, -1) if _file(".".join(parts[:n])))
    module = ".".join(parts[:at])
    if at == len(parts):
        return None
    exported = _exports(module).get(parts[at])
    return _stands_in(exported) if exported and exported != name else module


@cache
def _file(module: str) -> Path | None:
    path = ROOT.joinpath(*module.split("."))
    files = (path / "__init__.py", path.with_suffix(".py"))
    return next((file for file in files if file.is_file()), None)


@cache
def _tree(module: str) -> ast.Module:
    return ast.parse(_file(module).read_text("utf8"))


@cache
def _exports(module: str) -> dict[str, str]:
    return _imports(_tree(module), module)


def _imports(tree: ast.AST, module: str) -> dict[str, str]:
    """Return the dotted names behind the names that imports bind."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for each in node.names:
                found[each.asname or each.name.split(".")[0]] = each.name
        elif isinstance(node, ast.ImportFrom):
            origin = _origin(node, module)
            found |= {each.asname or each.name: f"{origin}.{each.name}" for each in node.names}
    return found


def _origin(node: ast.ImportFrom, module: str) -> str:
    if not node.level:
        return node.module or ""
    is_package = bool(module) and _file(module).name == "__init__.py"
    parts = module.split(".")
    parts = parts[: len(parts) - node.level + is_package]
    return ".".join([*parts, *([node.module] if node.module else [])])


@cache
def _used_by(module: str) -> frozenset[str]:
    return frozenset(_names(_tree(module), module))


def _names(tree: ast.Module, module: str = "") -> Iterator[str]:
    """Yield the dotted names that code uses: those imported, their attributes, named packages."""
    bound = _imports(tree, module)
    # What a package only hands on is used where somebody names it, not because it can be had.
    is_package = bool(module) and _file(module).name == "__init__.py"
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    for name, origin in bound.items():
        if name in used or not is_package or not origin.startswith(PACKAGE):
            yield origin
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            if node.value.id in bound:
                yield f"{bound[node.value.id]}.{node.attr}"
        elif isinstance(node, ast.Constant) and node.value in of_modules():
            yield node.value
