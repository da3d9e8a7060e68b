"""The reference pages: what Sphinx makes of the docstrings of rnn_core.

A page names modules with `automodule`, and everything public in them follows, in the order of the
source. In a docstring `name` in backticks is code, and a link where it names a class, or a
function of the same module.
"""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from docutils.parsers.rst import roles
from docutils.parsers.rst.states import Inliner
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.ext.autodoc import ModuleDocumenter
from sphinx.ext.napoleon import NumpyDocstring
from sphinx.util.docutils import SphinxRole

PACKAGE = "rnn_core"
DASHES = re.compile(r"(?<=[*)]) -- ")
INITIAL = re.compile(r"^(\s+)(?=[A-Z]\.(\s|$))")
ROLE = "code-or-link"


class PublicNames(ModuleDocumenter):
    """A module or a package: what is defined in it, and what a package takes from its parts."""

    def get_object_members(self, want_all: bool) -> tuple[bool, list[Any]]:
        """Return the members that the reference shows."""
        _, members = super().get_object_members(want_all)
        return False, [member for member in members if self.holds(member.object)]

    def holds(self, member: Any) -> bool:
        """Say whether the module defines the member; a constant does not say where it is from."""
        home = getattr(member, "__module__", None) or self.modname
        return f"{home}.".startswith(f"{self.modname}.")

    def sort_members(self, documenters: list[Any], order: str) -> list[Any]:
        """Keep the order of the source, and in a package that of its imports."""
        places = {name: place for place, name in enumerate(vars(self.object))}
        return sorted(documenters, key=lambda entry: places[entry[0].name.split("::")[1]])


class CodeOrLink(SphinxRole):
    """Text in single backticks: code that links where it can."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return a reference that may stay unresolved."""
        reference = pending_xref(
            self.rawtext,
            nodes.literal(self.rawtext, self.text, classes=["py"]),
            refdomain="py",
            reftype="obj",
            reftarget=self.text.removesuffix("()"),
            refdoc=self.env.docname,
            may_be_code=True,
        )
        reference["py:module"] = self.env.ref_context.get("py:module")
        reference["py:class"] = self.env.ref_context.get("py:class")
        return [reference], []


def link_or_keep(
    app: Sphinx, env: BuildEnvironment, node: pending_xref, content: nodes.Element
) -> nodes.Node | None:
    """Find what the text names elsewhere in the package, or leave it as code."""
    if not node.get("may_be_code"):
        return None
    domain, target = env.get_domain("py"), node["reftarget"]
    names = [name for name in (f"{PACKAGE}.{target}",) if "." in target and name in domain.objects]
    names += [
        name
        for name, entry in domain.objects.items()
        if name.endswith(f".{target}") and entry.objtype == "class"
    ]
    if len(set(names)) != 1:
        return content
    where = (app.builder, "obj", names[0], node, content)
    return domain.resolve_xref(env, node["refdoc"], *where) or content


def read_sections(
    app: Sphinx, what: str, name: str, member: Any, options: Any, lines: list[str]
) -> None:
    """Turn the sections of a docstring into fields.

    Napoleon's own reader would take what stands before a colon in a property's sentence for a type,
    and a line that begins with a size, as in "B.", would open a list.
    """
    kind = "method" if what == "property" else what
    sizes = [INITIAL.sub(r"\1\\", line) for line in lines]
    fields = NumpyDocstring(sizes, app.config, app, kind, name, member, options).lines()
    lines[:] = [DASHES.sub(" – ", line) for line in fields]


def keep_quotes(app: Sphinx, domain: str, kind: str, content: nodes.Element) -> None:
    """Leave the quotes of a docstring straight: most of them are around a value."""
    content["support_smartquotes"] = False


def leave_out(app: Sphinx, what: str, name: str, member: Any, skip: bool, options: Any) -> bool:
    """Leave out what a class's own docstring tells: fields of a named tuple, a class it holds."""
    held = what == "class" and isinstance(member, type)
    return skip or held or type(member).__name__ == "_tuplegetter"


def plain_bar(inliner: Inliner, match: re.Match[str], line: int) -> tuple[Any, ...]:
    """Read a bar as a bar, as in |λ|; elsewhere in reStructuredText it opens a substitution."""
    text = match.string
    return text[: match.start("start")], [nodes.Text("|")], text[match.end("start") :], []


def forget_before_reading(app: Sphinx, env: BuildEnvironment, pages: list[str]) -> None:
    """Forget what these pages described, so that a module may move from one to another."""
    for page in pages:
        env.get_domain("py").clear_doc(page)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the pages' parts and the role that docstrings use without naming it."""
    roles.register_local_role(ROLE, CodeOrLink())
    Inliner.dispatch = {**Inliner.dispatch, "|": plain_bar}
    app.add_autodocumenter(PublicNames, override=True)
    app.connect("env-before-read-docs", forget_before_reading)
    app.connect("missing-reference", link_or_keep)
    app.connect("autodoc-skip-member", leave_out)
    app.connect("autodoc-process-docstring", read_sections)
    app.connect("object-description-transform", keep_quotes)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
