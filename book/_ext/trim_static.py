"""Take away what the theme ships and no page of the book needs.

The icon script (1.5 MB), source maps, fonts for old browsers and for brands, and the rules and
glyphs of some 1,800 icons of which the book shows a dozen; on pages, the words of the whole book,
which only the search page looks up, the mark-up of code that has no colour, comments, and the
indentation of what every page has before and after its article.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pydata_sphinx_theme
from glyphs import cut_font
from sphinx.application import Sphinx

THEME = Path(pydata_sphinx_theme.__file__).parent / "theme" / "pydata_sphinx_theme" / "static"
STYLE = Path("styles") / "pydata-sphinx-theme.css"
ICON_FONT = Path("vendor") / "fontawesome" / "webfonts" / "fa-solid-900.woff2"
UNUSED = (
    "**/*.map",
    "**/*.ttf",
    "**/fa-brands-400.woff2",
    "**/fa-regular-400.woff2",
    "scripts/fontawesome.js*",
    "*webpack-macros.html",
    "locales",
    "images",
)
SCRIPT_TAG = re.compile(r"\s*<!--[^>]*-->\s*<script[^>]*fontawesome\.js[^>]*></script>")
SEARCH_TAG = re.compile(
    r"\s*<script[^>]*(?:searchtools|language_data|searchindex)\.js[^>]*></script>"
)
# Blanks, names and punctuation in code have the colour of plain text, so they need no mark-up.
PLAIN_CODE = re.compile(r'<span class="[wnp]">([^<]*)</span>')
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
AROUND = re.compile(r"(?<=</head>).*?(?=<article)|(?<=</article>).*", re.DOTALL)
INDENTATION = re.compile(r"\s*\n\s*")
ICON_RULE = re.compile(r'(?:\.fa-[\w-]+:before,?)+\{content:"([^"]*)"\}')
FACE = re.compile(r"@font-face\{[^}]*\}")
CHATTER = re.compile(r"\bconsole\.(?:log|info|debug)\b")
SOURCE_MAP = re.compile(r"\n//# sourceMappingURL=.*")
OLD_SOURCE = re.compile(r',url\([^)]*\.ttf\) format\("truetype"\)')


def slim(page: Path) -> str:
    """Remove scripts and mark-up that a page does not need, and what it logs; return the page."""
    text = page.read_text("utf8")
    clean = PLAIN_CODE.sub(r"\1", SCRIPT_TAG.sub("", text))
    clean = COMMENT.sub("", clean)
    clean = AROUND.sub(lambda found: INDENTATION.sub("\n", found[0]), clean)
    if page.name == "search.html":
        clean = CHATTER.sub("Function.prototype", clean)
    else:
        clean = SEARCH_TAG.sub("", clean)
    if clean != text:
        page.write_text(clean, "utf8")
    return clean


def trim_style(used: set[str]) -> str:
    """Return the theme's style sheet without the icons and the fonts that no page uses."""

    def keep_icon(rule: re.Match[str]) -> str:
        names = set(re.findall(r"\.(fa-[\w-]+)", rule[0]))
        return rule[0] if names & used else ""

    def keep_face(face: re.Match[str]) -> str:
        return OLD_SOURCE.sub("", face[0]) if ICON_FONT.name in face[0] else ""

    style = (THEME / STYLE).read_text("utf8")
    style = re.sub(r"/\*# sourceMappingURL=.*?\*/", "", style)
    return FACE.sub(keep_face, ICON_RULE.sub(keep_icon, style))


def icon_characters(style: str) -> str:
    """Return the characters of the icon font that a style sheet still names."""
    escaped = {chr(int(code, 16)) for code in re.findall(r'"\\([0-9a-f]{4})', style)}
    literal = {letter for letter in style if "\ue000" <= letter <= "\uf8ff"}
    return "".join(sorted(escaped | literal))


def trim(app: Sphinx, error: Exception | None) -> None:
    """Trim the static files of a finished build."""
    if error or app.builder.format != "html":
        return
    built = Path(app.outdir)
    static = built / "_static"
    text = "".join(slim(page) for page in built.rglob("*.html"))
    for pattern in UNUSED:
        for path in list(static.glob(pattern)):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    for script in static.rglob("*.js"):
        source = script.read_text("utf8")
        text += source
        # Function.prototype does nothing: the theme's scripts keep their notes to themselves.
        script.write_text(CHATTER.sub("Function.prototype", SOURCE_MAP.sub("", source)), "utf8")
    style = trim_style(set(re.findall(r"fa-[\w-]+", text)))
    (static / STYLE).write_text(style, "utf8")
    book_theme = (static / "styles" / "sphinx-book-theme.css").read_text("utf8")
    icons = icon_characters(style + book_theme)
    font = cut_font(THEME / ICON_FONT, icons, built.parent / ".fonts")
    (static / ICON_FONT).write_bytes(font)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the trimming, after everything else has been written."""
    app.connect("build-finished", trim, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
