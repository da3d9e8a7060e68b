"""The formulas' font and style sheet: STIX Two Math, cut down to the glyphs the book uses."""

from __future__ import annotations

import hashlib
import html
import re
import unicodedata
from pathlib import Path

from glyphs import cut_font
from sphinx.application import Sphinx

HERE = Path(__file__).resolve().parent
STIX = HERE / "node_modules" / "@fontsource" / "stix-two-math"
SOURCE = STIX / "files" / "stix-two-math-latin-400-normal.woff2"
TEMML_CSS = HERE / "node_modules" / "temml" / "dist" / "Temml-STIX2.css"
FORMULA = re.compile(r"<math\b.*?</math>", re.DOTALL)
RADICAL = re.compile(r"<m(?:sqrt|root)\b")
FONT_FACE = re.compile(r"@font-face\s*\{[^}]*\}")
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
ALWAYS = "0123456789+−=()[]{}|,."


def slanted(letter: str) -> str:
    """Return the mathematical italic that a browser draws for a one-letter identifier."""
    if letter == "h":
        return "\N{PLANCK CONSTANT}"
    name = unicodedata.name(letter, "")
    for script in ("LATIN ", "GREEK "):
        if name.startswith(script):
            name = "MATHEMATICAL ITALIC " + name.removeprefix(script).replace("LETTER ", "")
    try:
        return unicodedata.lookup(name)
    except KeyError:
        return letter


def characters(pages: list[Path]) -> str:
    """Return, sorted, every character that a formula on these pages needs."""
    used = set(ALWAYS)
    for page in pages:
        for formula in FORMULA.findall(page.read_text("utf8")):
            used.update(html.unescape(re.sub(r"<[^>]+>", "", formula)))
            used.update("√" if RADICAL.search(formula) else "")  # drawn, but written nowhere
    used |= {slanted(letter) for letter in used if letter.isalpha()}
    return "".join(sorted(character for character in used if character.isprintable()))


def style_sheet(font: str) -> str:
    """Return Temml's rules for browsers, with our font and our boxes."""
    source = f'src:url("{font}") format("woff2")'
    face = f"@font-face{{font-family:STIX2;{source};font-display:swap}}"
    rules = FONT_FACE.sub("", TEMML_CSS.read_text("utf8"))
    return COMMENT.sub("", f"{face}\n{rules}\n{(HERE / 'math.css').read_text('utf8')}")


def write(app: Sphinx, error: Exception | None) -> None:
    """Write font, licence and style sheet beside the built pages."""
    if error or app.builder.format != "html":
        return
    built = Path(app.outdir)
    static = built / "_static"
    for old in static.glob("stix-two-math-*.woff2"):
        old.unlink()
    font = cut_font(SOURCE, characters(sorted(built.rglob("*.html"))), built.parent / ".fonts")
    name = f"stix-two-math-{hashlib.sha256(font).hexdigest()[:8]}.woff2"
    (static / name).write_bytes(font)
    licence = (STIX / "LICENSE").read_text("utf8")
    (static / "STIX-Two-Math-LICENSE.txt").write_text(licence, "utf8")
    (static / "math.css").write_text(style_sheet(name), "utf8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Link the style sheet on every page and write it when the pages are known."""
    app.add_css_file("math.css")
    app.connect("build-finished", write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
