"""Make Matplotlib's figures follow the page, light or dark.

A figure is drawn once, in the light colours of the palette. Its SVG goes into the page itself,
and each palette colour in it becomes the custom property of that colour, so that the style sheet
decides. A figure without alternative text is a warning, which fails the build.
"""

import html
import re
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging

from rnn_core import palette

LOGGER = logging.getLogger(__name__)
MADE_BY = "Matplotlib"


def colours() -> dict[str, str]:
    """Return the custom property that stands for each light colour that dark pages change."""
    names = {look.light: f"--gate-{letter}" for letter, look in reversed(palette.LOOKS.items())}
    names |= {c: f"--rnn-{k}" for k, c in palette.LIGHT.items() if c != palette.DARK[k]}
    return names


def themed(svg: str, prefix: str, alt: str) -> str:
    """Return Matplotlib's `svg` as markup for a page.

    Parameters
    ----------
    svg : str
        The file's text.
    prefix : str
        Goes before every id, so that two figures on a page do not share one.
    alt : str
        Alternative text.
    """
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>\s*", "", svg, flags=re.DOTALL)
    svg = re.sub(r'\bid="', f'id="{prefix}-', svg)
    svg = re.sub(r'(xlink:href="|url\()#', rf"\1#{prefix}-", svg)
    names = colours()
    svg = re.sub(r"#[0-9a-f]{6}\b", lambda m: f"var({names[m[0]]})" if m[0] in names else m[0], svg)
    head, rest = svg.split(">", 1)
    width = re.search(r'\bwidth="([\d.]+)pt"', head)
    head = re.sub(r'\s(width|height|version|xmlns:xlink|xmlns)="[^"]*"', "", head)
    size = f' style="width: {float(width[1]):.0f}pt"' if width else ""
    label = html.escape(alt, quote=True)
    figure = f'{head}{size} role="img" aria-label="{label}">{rest}'
    return f'<div class="rnn-figure" tabindex="0">{figure}</div>'


def replace_images(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Put each Matplotlib SVG of the page into the page."""
    if app.builder.format != "html":
        return
    for number, image in enumerate(list(doctree.findall(nodes.image))):
        path = Path(app.srcdir, image["uri"])
        if path.suffix != ".svg" or not path.is_file():
            continue
        svg = path.read_text("utf8")
        if MADE_BY not in svg[:2000]:
            continue
        alt = image.get("alt", "")
        if not alt:
            where = f"{docname}, figure {number + 1}"
            LOGGER.warning("%s: needs alternative text; set mystnb: image: alt", where)
        markup = themed(svg, f"fig{number + 1}", alt)
        image.replace_self(nodes.raw("", markup, format="html"))


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect to Sphinx."""
    app.connect("doctree-resolved", replace_images)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
