"""Print the built book as one PDF: a title page, contents with page numbers, every page in order.

    python tools/print_book.py [--html DIR] [--output FILE]

It needs the built book and an installed Chromium, and no network. The pages are put into one
document, so that links between them are links inside the PDF; widgets show their stills; solutions
and the answers of the self-checks are moved to the end, under the pages they belong to.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urldefrag, urljoin

import chromium
from bs4 import BeautifulSoup, Tag
from pypdf import PdfReader
from sphinx_external_toc.parsing import parse_toc_yaml

ROOT = Path(__file__).resolve().parent.parent
HTML, PDF = ROOT / "_build" / "html", ROOT / "_build" / "gate-by-gate.pdf"
# Attributes that point at an id in the same document: alone, in a list, or inside url(#…).
POINTERS = ("aria-labelledby", "aria-describedby", "aria-controls", "for", "headers")
DROPPED = "script, .headerlink, .prev-next-footer, .d-print-none, .copybtn, noscript"
STYLE = """
@page { size: A4; margin: 18mm 17mm 20mm; }
html[data-theme] { font-size: 9.5pt; background: #fff; }
body { display: block; padding: 0; }
.printed { max-width: none; }
.printed > section, .part-title, .contents { break-before: page; }
.printed article { padding: 0; overflow: visible; }
.title-page { height: 230mm; display: flex; flex-direction: column; justify-content: center; }
.title-page h1 { font-size: 34pt; border: 0; }
.part-title h1 { margin-top: 80mm; font-size: 24pt; }
.contents { background: none; border: 0; padding: 0; }
.contents ol { list-style: none; padding-left: 0; }
.contents li { display: flex; gap: 0.6em; }
.contents li::before { content: none; }
.contents .dots { flex: 1; border-bottom: 1px dotted currentColor; margin-bottom: 0.3em; }
.contents .part { font-weight: 600; margin-top: 0.8em; break-after: avoid; }
.bd-article :is(h2, h3) { break-after: avoid; }
.bd-article :is(pre, .admonition.solution) { break-inside: auto; }
.bd-article .admonition-title { break-after: avoid; }
.bd-article :is(table, pre) { font-size: 8pt; }
.bd-article div.highlight pre { white-space: pre-wrap; overflow-wrap: anywhere; }
.bd-article .pst-scrollable-table-container { overflow: visible; }
.bd-article rnn-widget { zoom: 0.76; }
"""
FOOTER = (
    '<div style="width:100%;font:8px sans-serif;padding:0 17mm;display:flex;'
    'justify-content:space-between"><span>Gate by Gate</span><span class="pageNumber"></span></div>'
)


def slug(page: str) -> str:
    """Return the id under which a page stands in the printed document."""
    return "page-" + page.replace("/", "-")


def parts(source: Path) -> Iterator[tuple[str | None, list[str]]]:
    """Yield the caption of each part and its pages, the cover first, without a caption."""
    toc = parse_toc_yaml(source / "_toc.yml")
    yield None, [toc.root.docname]
    for tree in toc.root.subtrees:
        yield tree.caption, [str(item) for item in tree.items]


def article(html: Path, page: str, pages: set[str]) -> Tag:
    """Return the text of a page, its ids and links made those of the whole document."""
    soup = BeautifulSoup((html / f"{page}.html").read_text("utf8"), "html.parser")
    found = soup.select_one("article.bd-article")
    if found is None:
        raise ValueError(f"html must hold built pages; {page}.html has no article")
    for unwanted in found.select(DROPPED):
        unwanted.decompose()
    for tag in found.find_all(True):
        _localise(tag, page, pages)
    return found


def _localise(tag: Tag, page: str, pages: set[str]) -> None:
    own = slug(page) + "--"
    if tag.get("id"):
        tag["id"] = own + str(tag["id"])
    for name in POINTERS:
        if tag.get(name):
            tag[name] = " ".join(own + word for word in str(tag[name]).split())
    for name, value in list(tag.attrs.items()):
        if isinstance(value, str) and "url(#" in value:
            tag[name] = value.replace("url(#", f"url(#{own}")
    for name in ("href", "xlink:href"):
        if tag.get(name):
            tag[name] = _link(str(tag[name]), page, pages)
            if not tag[name]:
                del tag[name]
    if tag.get("src") and not str(tag["src"]).startswith("data:"):
        tag["src"] = urljoin(f"{page}.html", str(tag["src"]))
    if tag.name == "style" and tag.string:
        tag.string = re.sub(r"#([A-Za-z][\w-]*)(?=[^{}]*\{)", rf"#{own}\1", tag.string)


def _unfold(answers: Tag) -> None:
    """Make the folded answers of a question a box of its own, which says which question it was."""
    question = answers.find_parent("fieldset")
    answers.name, answers.summary.name = "div", "p"
    answers.p.string = ""
    link = BeautifulSoup("", "html.parser").new_tag("a", href=f"#{question['id']}")
    link.string = question.legend.get_text().partition(" of ")[0]
    answers.p.append(link)


def _link(link: str, page: str, pages: set[str]) -> str:
    """Return where a link goes in the printed document; nothing if it goes to a file beside it."""
    if re.match(r"[a-z]+:", link):
        return link
    target, anchor = urldefrag(urljoin(f"{page}.html", link))
    wanted = target.removesuffix(".html")
    if wanted not in pages:
        return ""
    return f"#{slug(wanted)}" + (f"--{anchor}" if anchor else "")


def compose(html: Path, source: Path, numbers: dict[str, int]) -> tuple[str, dict[str, str]]:
    """Return the document, and the titles of its pages by id.

    `numbers` has the paper page on which each id stands; the first time it is empty.
    """
    listed = list(parts(source))
    pages = {page for _, part in listed for page in part}
    body, titles, solutions, contents = [], {}, [], []
    for caption, part in listed:
        if caption:
            name = "part-" + re.sub(r"\W+", "-", caption.lower())
            titles[name] = caption
            body.append(f'<div class="part-title" id="{name}"><h1>{caption}</h1></div>')
            contents.append(("part", name))
        for page in part:
            text = article(html, page, pages)
            heading = text.find("h1")
            titles[slug(page)] = heading.get_text(strip=True) if heading else page
            for answers in text.select("details.check-answers"):
                _unfold(answers)
            boxes = [box.extract() for box in text.select(".admonition.solution, .check-answers")]
            if boxes:
                solutions.append(f"<h2>{titles[slug(page)]}</h2>" + "".join(map(str, boxes)))
            body.append(f'<section id="{slug(page)}">{text}</section>')
            contents.append(("", slug(page)))
    if solutions:
        titles["solutions"] = "Solutions"
        inner = "".join(solutions)
        body.append(
            '<section id="solutions"><article class="bd-article">'
            f"<h1>Solutions</h1>{inner}</article></section>"
        )
        contents.append(("part", "solutions"))
    head = BeautifulSoup((html / f"{listed[0][1][0]}.html").read_text("utf8"), "html.parser")
    sheets = "".join(
        f'<link rel="stylesheet" href="{urljoin(f"{listed[0][1][0]}.html", str(link["href"]))}">'
        for link in head.select('link[rel~="stylesheet"]')
    )
    lines = "".join(
        f'<li class="{kind}"><a href="#{name}">{titles[name]}</a><span class="dots"></span>'
        f"<span>{numbers.get(name, '000')}</span></li>"
        for kind, name in contents
    )
    return (
        '<!DOCTYPE html><html lang="en" data-theme="light" data-mode="light"><head>'
        f'<meta charset="utf-8"><title>Gate by Gate</title>{sheets}<style>{STYLE}</style></head>'
        '<body><main class="bd-main printed bd-article-container bd-content">'
        f"{_title_page(source)}"
        f'<nav class="contents"><h1>Contents</h1><ol>{lines}</ol></nav>'
        f"{''.join(body)}</main></body></html>",
        titles,
    )


def _title_page(source: Path) -> str:
    citation = (source / "CITATION.cff").read_text("utf8")
    facts = dict(re.findall(r'^(version|date-released): "?([^"\n]+)"?$', citation, re.MULTILINE))
    return (
        '<div class="title-page"><h1>Gate by Gate</h1><p>RNN, LSTM and GRU, step by step</p>'
        f"<p>Version {facts['version']}, {facts['date-released']}. The print edition: figures are "
        "stills, and the pages have live ones.</p>"
        "<p>Text and figures CC BY 4.0, code MIT. © the Gate by Gate authors</p></div>"
    )


def print_pdf(page: object, document: str, html: Path, output: Path) -> None:
    """Print a document that lies in the folder of the built pages."""
    with tempfile.NamedTemporaryFile("w", suffix=".html", dir=html, encoding="utf8") as file:
        file.write(document)
        file.flush()
        page.goto(Path(file.name).as_uri(), wait_until="load", timeout=600_000)
        page.emulate_media(media="print", color_scheme="light", reduced_motion="reduce")
        page.pdf(
            path=output,
            prefer_css_page_size=True,
            print_background=True,
            display_header_footer=True,
            header_template="<span></span>",
            footer_template=FOOTER,
            outline=True,
            tagged=True,
        )


def page_numbers(pdf: Path, titles: dict[str, str]) -> dict[str, int]:
    """Return the paper page on which each id stands, from the links in the contents."""
    reader = PdfReader(pdf)
    places = reader.named_destinations
    found = {}
    for name in titles:
        if place := places.get(f"/{name}") or places.get(name):
            found[name] = reader.get_destination_page_number(place) + 1
    return found


def print_book(source: Path, html: Path, output: Path) -> int:
    """Print the book; return the number of its pages."""
    from playwright.sync_api import sync_playwright

    path = chromium.find()
    if path is None:
        raise SystemExit(f"print: {chromium.MISSING}")
    if not (html / "index.html").is_file():
        raise SystemExit(f"print: no built book in {html}; run tools/build_book.py first")
    output.parent.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=chromium.FLAGS)
        page = browser.new_context(java_script_enabled=False).new_page()
        page.set_default_timeout(600_000)
        numbers: dict[str, int] = {}
        for _ in range(2):  # the second time the page numbers are known
            document, titles = compose(html, source, numbers)
            print_pdf(page, document, html, output)
            numbers = page_numbers(output, titles)
            if missing := sorted(set(titles) - set(numbers)):
                raise SystemExit(f"print: these pages are not in the PDF: {', '.join(missing)}")
        browser.close()
    return len(PdfReader(output).pages)


def main() -> None:
    """Read the command line and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--html", type=Path, default=HTML, help="folder of the built pages")
    parser.add_argument("--output", type=Path, default=PDF)
    given = parser.parse_args()
    pages = print_book(ROOT, given.html.resolve(), given.output.resolve())
    size = given.output.stat().st_size / 1e6
    print(f"print: {pages} pages in {given.output}, {size:.1f} MB", file=sys.stderr)


if __name__ == "__main__":
    main()
