"""The settings that nbgrader works with in the folder of a course.

They are written into the folder, as `nbgrader_config.py`, so that nbgrader's own commands and its
extension for JupyterLab find the same.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nbgrader.apps import NbGraderAPI

SETTINGS = r"""import re

import bleach
import nbconvert
from jinja2 import pass_context

c = get_config()  # noqa: F821
c.CourseDirectory.course_id = "gate-by-gate"
# A check of an answer that is missing fails with a NameError; a stub that raises would add nothing.
c.ClearSolutions.code_stub = {"python": "# Your code here"}
c.ClearSolutions.text_stub = "Your answer here."
c.IncludeHeaderFooter.header = ""
# Else a script in a student's notebook would run in the Formgrader with all that you may do.
c.HTMLExporter.preprocessors = ["nbconvert.preprocessors.sanitize.SanitizeHTML"]
# A figure is shown as an image, in which no script runs.
c.SanitizeHTML.safe_output_keys = {
    "metadata", "text/plain", "text/latex", "image/png", "image/jpeg", "image/svg+xml"
}

MADE = "p div pre span table thead tbody tr th td img hr br del h1 h2 h3 h4 h5 h6"


def allowed(tag, name, value):
    # Whether a tag that Markdown was made into may have an attribute.
    if name == "src":  # an image that is pasted into a cell stands in its own address
        return tag == "img" and re.match(r"https?:|data:image/|[\w.][\w./%-]*$", value)
    if name == "href":
        return tag == "a" and re.match(r"https?:|mailto:|#", value)
    return name in ("alt", "title", "class", "id", "align", "start")


# Markdown makes links of what was no tag before: what it makes is cleaned as well.
@pass_context
def markdown2html(context, source):
    return bleach.clean(
        nbconvert.HTMLExporter().markdown2html(context, source),
        tags=[*bleach.ALLOWED_TAGS, *MADE.split()],
        attributes=allowed,
        protocols=["http", "https", "mailto", "data"],
    )


c.HTMLExporter.filters = {"markdown2html": markdown2html}
"""


def open_course(folder: Path) -> NbGraderAPI:
    """Return nbgrader, working in the folder of a course; a new folder gets its settings."""
    from nbgrader.apps import NbGraderAPI  # of the extra: `pip install "rnn-core[grade]"`
    from traitlets.config import PyFileConfigLoader

    folder.mkdir(parents=True, exist_ok=True)
    settings = folder / "nbgrader_config.py"
    if not settings.exists():
        settings.write_text(SETTINGS, "utf8")
    # nbgrader calls alembic by name, wherever this Python lies.
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    config = PyFileConfigLoader(str(settings)).load_config()
    config.CourseDirectory.root = str(folder.resolve())
    return NbGraderAPI(config=config)
