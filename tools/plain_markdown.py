"""Turn a page's MyST Markdown into plain Markdown, as any Jupyter shows it.

Directives become headings and quotations, roles become words, links lead to the pages on the web
or, where no address is known, become their text. What is not known here is an error, so that
nothing stays behind raw.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from pybtex.database import Entry, parse_file

LABEL = re.compile(r"^\(([\w-]+)\)=\n", re.MULTILINE)
FENCE = re.compile(
    r"^(?P<fence>`{3,}|:{3,})\{(?P<name>[\w-]+)\} *(?P<title>[^\n]*)\n"
    r"(?P<options>(?::[\w-]+:[^\n]*\n)*)(?P<body>.*?)^(?P=fence) *$",
    re.MULTILINE | re.DOTALL,
)
ROLE = re.compile(r"\{(?P<role>[\w:]+)\}`(?P<text>[^`]+)`")
TARGET = re.compile(r"^(?P<words>.*?) *<(?P<target>[^>]+)>$", re.DOTALL)
LINK = re.compile(r"(?<!!)\[(?P<text>(?:[^\[\]]|\[[^\]]*\])*)\]\((?P<to>[^)\s]+)\)")
SPAN = re.compile(r"\[(?P<text>[^\[\]]+)\]\{[^}]+\}")
DEFINITION = re.compile(r"^(?P<term>[^\s|>#][^\n]*)\n: +(?=\S)", re.MULTILINE)
EQUATION = re.compile(r"\$\$(?P<tex>.+?)\$\$ *\((?P<label>[\w-]+)\)", re.DOTALL)
PAGE = re.compile(r"\.(ipynb|md)$")
OUTSIDE = re.compile(r"(https?|mailto):")
# Code and formulas: what looks like a role, a link or a span in them is none.
KEPT = re.compile(
    r"(^(`{3,})(?!\{)[^\n]*\n.*?^\2 *$|(?<!`)`[^`\n]+`(?!`)"
    r"|\$\$.+?\$\$|(?<![\\$])\$(?:[^$\n]|\n(?!\s*\n))+?\$)",
    re.MULTILINE | re.DOTALL,
)
FORMULA = re.compile(r"\$\$(.+?)\$\$", re.DOTALL)


@dataclass(frozen=True)
class Book:
    """What a page may refer to: sources, where each label stands, the pages' titles and address."""

    sources: Mapping[str, Entry]
    labels: Mapping[str, str]
    site: str | None = None
    titles: Mapping[str, str] = field(default_factory=dict)

    def address_of(self, page: str, label: str = "") -> str | None:
        """Return where a page is on the web; None if the pages are not on the web."""
        if self.site is None:
            return None
        return f"{self.site.rstrip('/')}/book/{page}.html" + (f"#{label}" if label else "")

    def address(self, page: str, to: str) -> str | None:
        """Return where a link of a page leads."""
        if OUTSIDE.match(to):
            return to
        path, _, label = to.partition("#")
        if not path:
            return self.address_of(self.labels.get(label, page), label)
        path = posixpath.normpath(posixpath.join(posixpath.dirname(page), path))
        return self.address_of(re.sub(r"\.(ipynb|md)$", "", path), label)


def read_sources(path: str) -> dict[str, Entry]:
    """Return the entries of a BibTeX file by their keys."""
    return dict(parse_file(path).entries)


def convert(
    text: str,
    page: str,
    book: Book,
    numbers: dict[str, int],
    names: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """Return the text of one cell in plain Markdown.

    `numbers` holds the numbers of the page's equations; one that is met here gets the next.
    `names` says what the page's exercises and figures are called, by their labels.
    """
    for match in EQUATION.finditer(text):
        numbers.setdefault(match["label"], len(numbers) + 1)
    text = LABEL.sub("", text)
    text = FENCE.sub(_directive, text)
    text = EQUATION.sub(lambda m: f"$${m['tex']}\\tag{{{numbers[m['label']]}}}$$", text)
    return _outside_code(text, lambda part: _words(part, page, book, numbers, names)).strip()


def _outside_code(text: str, change: Callable[[str], str]) -> str:
    """Change what stands outside of code and formulas; a role's text is no code."""
    kept: list[str] = []

    def keep(match: re.Match[str]) -> str:
        before = match.string[: match.start()]
        if re.search(r"\{[\w:]+\}$", before):
            return match.group()
        kept.append(match.group())
        return f"\0{len(kept) - 1}\0"

    changed = change(KEPT.sub(keep, text))
    return re.sub("\0(\\d+)\0", lambda m: kept[int(m[1])], changed)


def _words(
    text: str, page: str, book: Book, numbers: Mapping[str, int], names: Mapping[str, str]
) -> str:
    def role(match: re.Match[str]) -> str:
        if match["role"] == "numref" and match["text"] in names:
            return names[match["text"]]
        return _role(match["role"], match["text"], book, numbers)

    text = ROLE.sub(role, text)
    text = SPAN.sub(r"\g<text>", text)
    text = DEFINITION.sub(r"- \g<term>: ", text)

    def link(match: re.Match[str]) -> str:
        address, words = book.address(page, match["to"]), match["text"]
        # The title of a page that leads nowhere must not run into the sentence.
        is_title = PAGE.search(match["to"]) and words[:1].isupper() and not set("*_`$") & set(words)
        return f"[{words}]({address})" if address else f"*{words}*" if is_title else words

    return LINK.sub(link, text)


def _directive(match: re.Match[str]) -> str:
    name, title, body = match["name"], match["title"].strip(), match["body"].strip()
    if name in ("exercise", "solution"):
        return body
    if name == "admonition":
        # Jupyter takes formulas out before it reads quotations, so none may go over a line's end.
        body = FORMULA.sub(lambda m: f"$${' '.join(m[1].split())}$$", body)
        quoted = [f"> {line}".rstrip() for line in [f"**{title}**", "", *body.splitlines()]]
        return "\n".join(quoted)
    raise ValueError(f"plain Markdown has nothing for the directive {{{name}}}")


def _role(role: str, text: str, book: Book, numbers: Mapping[str, int]) -> str:
    named = TARGET.match(text)
    if role == "term":
        return named["words"] if named else text
    if role in ("cite:t", "cite:p"):
        cited = [_cited(book.sources[key.strip()], role == "cite:t") for key in text.split(",")]
        return ", ".join(cited) if role == "cite:t" else f"({'; '.join(cited)})"
    if role == "eq":
        return f"({numbers[text]})" if text in numbers else "that equation of another page"
    raise ValueError(f"plain Markdown has nothing for the role {{{role}}}")


def cited_in(text: str) -> list[str]:
    """Return the keys of the sources that a text cites, in their order."""
    roles = (match["text"] for match in ROLE.finditer(text) if match["role"].startswith("cite:"))
    return [key.strip() for role in roles for key in role.split(",")]


def source_line(entry: Entry) -> str:
    """Return a source as a list of sources has it: who, when, what, and where it is read."""
    fields = entry.fields
    title = re.sub(r"[{}]", "", fields["title"]).replace("--", "–")
    where = fields.get("url", "")
    for field_name, start in (("eprint", "https://arxiv.org/abs/"), ("doi", "https://doi.org/")):
        where = f"{start}{fields[field_name]}" if field_name in fields else where
    end = "" if title.endswith("?") else "."
    return f"{_cited(entry, True)}. {f'[{title}]({where})' if where else title}{end}"


def _cited(entry: Entry, in_text: bool) -> str:
    """Return authors and year, as a sentence or a parenthesis has them."""
    names = [" ".join(person.last_names) for person in entry.persons["author"]]
    who = names[0] if len(names) == 1 else " and ".join(names) if len(names) == 2 else None
    who = re.sub(r"[{}]", "", who or f"{names[0]} et al.")
    year = entry.fields["year"]
    return f"{who} ({year})" if in_text else f"{who}, {year}"
