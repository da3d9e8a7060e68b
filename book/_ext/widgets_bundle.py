"""Bring the widgets of rnn_core to life in the built book, where no kernel runs.

A page that contains an `<rnn-widget>` gets one script and one style sheet, made from the same
modules that Jupyter uses; terser shortens the script. The state that ipywidgets would store in
the page is left out.
"""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

from docutils import nodes
from node import program
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

HERE = Path(__file__).parent
TAG = "<rnn-widget"
SCRIPT = "rnn-widgets.js"
STYLE = "rnn-widgets.css"
PALETTE = "rnn-palette.css"


def write(app: Sphinx) -> None:
    """Write the front end before the pages, so that Sphinx can version the links to it."""
    if app.builder.format != "html":
        return
    from rnn_core import palette
    from rnn_core.widgets import front_end

    static = Path(app.outdir) / "_static"
    static.mkdir(parents=True, exist_ok=True)
    (static / PALETTE).write_text(palette.css(), "utf8")
    (static / SCRIPT).write_text(shortened(front_end.classic_script()), "utf8")
    (static / STYLE).write_text(front_end.stylesheet(), "utf8")


def shortened(script: str) -> str:
    """Return a script without what only its readers need."""
    command = [program(), HERE / "node_modules" / "terser" / "bin" / "terser", "-c", "-m"]
    done = subprocess.run(command, input=script, capture_output=True, text=True, encoding="utf8")
    if done.returncode:
        raise ExtensionError(f"terser refused the widgets' script: {done.stderr.strip()}")
    return done.stdout


def link(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Link the front end on pages that hold a widget; drop the ipywidgets state."""
    scripts = getattr(app.env, "nb_metadata", {}).get(page, {}).get("js_files", {})
    for name in [name for name in scripts if name.startswith("ipywidgets_")]:
        del scripts[name]
    if TAG in context.get("body", ""):
        app.add_js_file(SCRIPT, loading_method="defer")
        app.add_css_file(STYLE, priority=700)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the bundle; the gates' colours belong to every page."""
    app.add_css_file(PALETTE, priority=600)
    app.connect("builder-inited", write)
    app.connect("html-page-context", link, priority=100)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
