"""Make a part of a built page fit for a slide: its ids its own, no links, only the lines wanted."""

from __future__ import annotations

import re
from typing import Any

from bs4 import BeautifulSoup, Tag
from slide_parts import PartError

# Sphinx numbers the equations of a page, which means nothing on a slide; a tag of the author's own,
# as (L7), stays.
DROPPED = ".headerlink, .copybtn, [id] > .eqno"
POINTERS = ("aria-labelledby", "aria-describedby", "aria-controls", "for", "headers")


def cut(part: Tag, prefix: str, lines: str = "", rows: str = "") -> Tag:
    """Return a copy of a part for a slide: its ids its own, no links, only the lines wanted."""
    copy = BeautifulSoup(str(part), "html.parser").find(True)
    assert isinstance(copy, Tag)
    for unwanted in copy.select(DROPPED):
        unwanted.decompose()
    for link in copy.select("a"):
        link.unwrap()
    for tag in [copy, *copy.find_all(True)]:
        _localise(tag, prefix)
    if lines:
        _keep_lines(copy, wanted(lines))
    if rows:
        _keep_rows(copy, wanted(rows))
    return copy


def wanted(ranges: str | int) -> list[int]:
    """Return the numbers that `1-3, 7` names."""
    found: list[int] = []
    for part in str(ranges).split(","):
        match = re.fullmatch(r"\s*(\d+)\s*(?:-\s*(\d+)\s*)?", part)
        if not match:
            raise PartError(f"lines and rows are written as 1-3, 7; got {ranges!r}")
        found += range(int(match[1]), int(match[2] or match[1]) + 1)
    return found


def _keep_lines(part: Tag, numbers: list[int]) -> None:
    """Keep some lines of code or text; Pygments closes its marks at the end of each line."""
    pre = part if part.name == "pre" else part.find("pre")
    if not isinstance(pre, Tag):
        raise PartError("lines can be chosen from code and text alone")
    all_lines = pre.decode_contents().removeprefix("<span></span>").rstrip("\n").split("\n")
    _within(numbers, len(all_lines), "lines")
    kept = [all_lines[n - 1] for n in numbers]
    indent = min(len(line) - len(line.lstrip(" ")) for line in kept if line.strip())
    pre.clear()
    pre.append(BeautifulSoup("\n".join(line[indent:] for line in kept), "html.parser"))


def _keep_rows(part: Tag, numbers: list[int]) -> None:
    """Keep some rows of aligned equations, or of a table under its head."""
    rows = part.select("mtable > mtr") or part.select("tbody > tr")
    _within(numbers, len(rows), "rows")
    for number, row in enumerate(rows, 1):
        if number not in numbers:
            row.decompose()


def _within(numbers: list[int], last: int, what: str) -> None:
    if max(numbers) > last:
        raise PartError(f"{what} {numbers} asked for, but there are {last}")


def _localise(tag: Tag, prefix: str) -> None:
    """Give ids, and what points to them, a prefix, so that parts of several pages get along."""
    attributes: dict[str, Any] = tag.attrs
    for name, value in list(attributes.items()):
        if name == "id":
            attributes[name] = prefix + value
        elif name in POINTERS and value:
            attributes[name] = " ".join(prefix + word for word in str(value).split())
        elif name in ("href", "xlink:href") and str(value).startswith("#"):
            attributes[name] = f"#{prefix}{value[1:]}"
        elif isinstance(value, str) and "url(#" in value:
            attributes[name] = value.replace("url(#", f"url(#{prefix}")
    if tag.name == "style" and tag.string:
        tag.string = re.sub(r"#([A-Za-z][\w-]*)(?=[^{}]*\{)", rf"#{prefix}\1", tag.string)
