"""The Markdown of the question bank as XHTML, for the files that learning platforms read.

Links lead to other pages of the book, which a platform does not have, so only their words stay.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from xml.etree import ElementTree as ET

import bank
from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin

# What a platform is not told: how the answer was computed.
OURS = {"given": "", "check": ""}


def tex(formula: str, display: bool) -> str:
    """Return a formula as Moodle's MathJax filter finds it, escaped for XML."""
    start, end = (r"\[", r"\]") if display else (r"\(", r"\)")
    return ET.tostring(_text(f"{start}{formula}{end}"), "unicode")[len("<a>") : -len("</a>")]


def mathml(formula: str, display: bool) -> str:
    """Return a formula as the book sets it, by Temml."""
    import mathml as typesetter

    return typesetter.temml(formula, display)


def converted(item: bank.Item, formula: Callable[[str, bool], str]) -> bank.Item:
    """Return an item whose texts are XHTML, without what only the book's tests use."""
    markdown = _markdown(formula)

    def blocks(text: str) -> str:
        return canonical(markdown.render(text))

    def line(text: str) -> str:
        return canonical(markdown.renderInline(text))

    is_choice = item.kind in ("one", "several")
    options = tuple(
        dataclasses.replace(
            option,
            text=line(option.text) if is_choice else option.text,
            feedback=line(option.feedback),
            check="",
        )
        for option in item.options
    )
    changed = {"stem": blocks(item.stem), "hint": line(item.hint), "options": options}
    return dataclasses.replace(item, **changed, **OURS)


def parsed(html: str, name: str = "div") -> ET.Element:
    """Return XHTML as an element with this name."""
    return ET.fromstring(f"<{name}>{html}</{name}>")


def inner(element: ET.Element) -> str:
    """Return what stands inside an element."""
    text = ET.tostring(_without_tail(element), "unicode")
    return text[text.index(">") + 1 : text.rindex("<")].strip() if text[-2:] != "/>" else ""


def canonical(html: str) -> str:
    """Return XHTML as it is written again after it was read."""
    return inner(parsed(html.strip()))


def _without_tail(element: ET.Element) -> ET.Element:
    copy = ET.Element(element.tag, element.attrib)
    copy.text = element.text
    copy.extend(list(element))
    return copy


def _text(text: str) -> ET.Element:
    element = ET.Element("a")
    element.text = text
    return element


def _markdown(formula: Callable[[str, bool], str]) -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"xhtmlOut": True}).use(dollarmath_plugin)
    rules = {
        "math_inline": lambda self, tokens, at, *_: formula(tokens[at].content, False),
        "math_block": lambda self, tokens, at, *_: f"<p>{formula(tokens[at].content, True)}</p>",
        "link_open": lambda *_: "",
        "link_close": lambda *_: "",
    }
    for name, rule in rules.items():
        markdown.add_render_rule(name, rule)
    return markdown
