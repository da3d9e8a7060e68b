"""Read the built book as a browser would: pages, what they load, where they link."""

from __future__ import annotations

import functools
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bs4 import BeautifulSoup

# What makes a browser ask for a file by itself; a plain <a href> waits for a click.
LOADS = {
    "script": ["src"],
    "link": ["href"],
    "img": ["src", "srcset"],
    "source": ["src", "srcset"],
    "iframe": ["src"],
    "video": ["src", "poster"],
    "audio": ["src"],
    "object": ["data"],
    "embed": ["src"],
    "image": ["href", "xlink:href"],
    "use": ["href", "xlink:href"],
}
CSS_URL = re.compile(r"""url\(\s*("[^"]*"|'[^']*'|[^)'"]*)\s*\)""")
CSS_IMPORT = re.compile(r"@import\s+['\"]([^'\"]+)['\"]")


@functools.cache
def page(path: Path) -> BeautifulSoup:
    """Return the parsed page."""
    return BeautifulSoup(path.read_text("utf8"), "html.parser")


def pages(html: Path) -> list[Path]:
    """Return every page of the built book."""
    return sorted(html.rglob("*.html"))


def loaded(path: Path) -> list[str]:
    """Return the addresses that a page loads by itself, as written."""
    soup = page(path)
    found = []
    for name, attributes in LOADS.items():
        for tag in soup.find_all(name):
            if name == "link" and set(tag.get("rel", [])) <= {"next", "prev", "search", "index"}:
                continue
            values = (tag.get(attribute) for attribute in attributes)
            found += [value.split()[0] for value in values if value and not value.startswith("#")]
    styles = [tag.string or "" for tag in soup.find_all("style")]
    styles += [tag["style"] for tag in soup.find_all(style=True)]
    return found + [address for style in styles for address in css_addresses(style)]


def css_addresses(style: str) -> list[str]:
    """Return the addresses that a style sheet loads."""
    found = [url.strip("\"' ") for url in CSS_URL.findall(style)] + CSS_IMPORT.findall(style)
    return [address for address in found if not address.startswith(("data:", "#"))]


def links(path: Path) -> list[str]:
    """Return the targets of the links that a reader of the page can follow."""
    return [tag["href"] for tag in page(path).find_all("a", href=True)]


def target(path: Path, address: str) -> tuple[Path, str]:
    """Return the file and the anchor that an address on a page leads to."""
    parts = urlsplit(address)
    file = (path.parent / unquote(parts.path)).resolve() if parts.path else path
    return file, unquote(parts.fragment)


def anchors(path: Path) -> set[str]:
    """Return the ids and names on a page that a link may lead to."""
    soup = page(path)
    return {tag["id"] for tag in soup.find_all(id=True)} | {
        tag["name"] for tag in soup.find_all("a", attrs={"name": True})
    }


def weight(path: Path) -> dict[str, int]:
    """Return the bytes of a page and of each file it loads, fonts among them, uncompressed."""
    files = {path}
    for address in loaded(path):
        if not address.startswith("data:"):  # these bytes are in the page itself
            files.add(target(path, address)[0])
    for style in [file for file in files if file.suffix == ".css"]:
        addresses = css_addresses(style.read_text("utf8"))
        files |= {target(style, address)[0] for address in addresses}
    return {file.name: file.stat().st_size for file in sorted(files)}
