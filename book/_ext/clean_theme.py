"""Theme options, and what each page's head says: description, colour scheme, no foreign host."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util import logging

LOOK = Path(__file__).resolve().parent.parent / "_look"
STYLE = "book.css"
COMMENT = re.compile(r"/\*.*?\*/\s*", re.DOTALL)
OPTIONS = {
    "logo": {
        "image_light": "book/_look/logo.svg",
        "image_dark": "book/_look/logo-dark.svg",
        "text": "Gate by Gate",
    },
    "navbar_persistent": [],
    "search_bar_text": "Search this book",
    "use_fullscreen_button": False,
    "use_source_button": False,
    "use_download_button": True,
    "show_toc_level": 2,
    "home_page_in_toc": True,
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
    "footer_content_items": ["copyright.html"],
    "launch_buttons": {},
}
# Over file:// a browser lets no page read another, so the search shows titles without extracts.
LOCAL_SEARCH = 'if(location.protocol==="file:")DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY=false;'
EMPTY_HEAD = re.compile(r"<th class=\"head[^>]*><p></p></th>")
logger = logging.getLogger(__name__)


def set_options(app: Sphinx, config: Config) -> None:
    """Add our theme options to those that Jupyter Book derives from _config.yml."""
    config.html_theme_options = {**config.html_theme_options, **OPTIONS}
    config.html_context = {**config.html_context, "default_mode": "auto"}
    config.html_short_title = config.html_title


def copy_style(app: Sphinx) -> None:
    """Copy the book's style sheet before the pages, so that Sphinx can version the link to it.

    Its comments are for those who change it; every page would load them.
    """
    if app.builder.format == "html":
        static = Path(app.outdir) / "_static"
        static.mkdir(parents=True, exist_ok=True)
        style = COMMENT.sub("", (LOOK / STYLE).read_text("utf8"))
        (static / STYLE).write_text(style, "utf8")


def check_description(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Ask every page of the book for a description; tell the search page where it runs."""
    if doctree is not None and 'name="description"' not in context.get("metatags", ""):
        where = "`myst: {html_meta: {description: …}}` in its front matter or notebook metadata"
        logger.warning("page %s has no description: write %s", page, where, location=page)
    if page == "search":
        app.add_js_file(None, body=LOCAL_SEARCH, priority=300)


def mend_markup(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Take out roles of docutils that ARIA 1.2 has retired, and empty heads of tables."""
    if "body" in context:
        body = context["body"].replace(' role="doc-biblioentry"', "")
        body = body.replace(' role="list" class="citation-list"', ' class="citation-list"')
        context["body"] = EMPTY_HEAD.sub("<td></td>", body)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register options, style sheet and page checks."""
    app.add_css_file(STYLE, priority=800)
    app.connect("config-inited", set_options, priority=900)
    app.connect("builder-inited", copy_style)
    app.connect("html-page-context", check_description, priority=800)
    app.connect("html-page-context", mend_markup, priority=800)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
