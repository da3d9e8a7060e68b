"""The settings that nbgrader works with in the folder of a course.

They are written into the folder, as `nbgrader_config.py`, so that nbgrader's own commands and its
extension for JupyterLab find the same. There, nbgrader's own autograding finds no kernel: it would
run students' code with all that you may do, and `tools/grade.py` runs it in a sandbox. Its feedback
keeps hidden tests to itself, as ours does.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nbgrader.apps import NbGraderAPI

TOOLS = Path(__file__).resolve().parent
FILE, OWN = "nbgrader_config.py", "nbgrader_config_own.py"
MADE_HERE = (
    "# Written by tools/course.py, and anew whenever that changes. Settings of your own go into\n"
)
SETTINGS = r"""# OWN, which is read last.
import re
import sys

import bleach
import nbconvert
from jinja2 import pass_context

c = get_config()  # noqa: F821
c.CourseDirectory.course_id = "gate-by-gate"
# A check of an answer that is missing fails with a NameError; a stub that raises would add nothing.
c.ClearSolutions.code_stub = {"python": "# Your code here"}
c.ClearSolutions.text_stub = "Your answer here."
c.IncludeHeaderFooter.header = ""
# nbgrader's own autograding would run students' code without a sandbox. It looks for a kernel that
# is there only while tools/grade.py grades, and so refuses.
c.Execute.kernel_name = "gate-by-gate-sandbox"
# Feedback by nbgrader's own command or button says as little of hidden tests as ours.
sys.path.append(TOOLS)
from examine import FEEDBACK  # noqa: E402

c.GenerateFeedback.preprocessors = FEEDBACK
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
load_subconfig(OWN)  # noqa: F821
"""


def settings() -> str:
    """Return what stands in the settings of a course."""
    return MADE_HERE + SETTINGS.replace("# OWN", f"# {OWN}").replace(
        "load_subconfig(OWN)", f'load_subconfig("{OWN}")'
    ).replace("(TOOLS)", f"({str(TOOLS)!r})")


def write_settings(folder: Path) -> Path:
    """Write the settings of a course where they are not as they should be; return their path.

    Raises
    ------
    ValueError
        If there are others, which somebody may have written by hand.
    """
    path = folder / FILE
    before = path.read_text("utf8") if path.exists() else MADE_HERE
    if not before.startswith(MADE_HERE):
        raise ValueError(
            f"course: {path} is not as these tools write it; keep settings of your own in {OWN} "
            f"beside it, and remove {FILE}"
        )
    if before != settings():
        path.write_text(settings(), "utf8")
    return path


def open_course(folder: Path) -> NbGraderAPI:
    """Return nbgrader, working in the folder of a course, which gets its settings."""
    from nbgrader.apps import NbGraderAPI  # of the extra: `pip install "rnn-core[grade]"`
    from traitlets.config import PyFileConfigLoader

    folder.mkdir(parents=True, exist_ok=True)
    path = write_settings(folder)
    # nbgrader calls alembic by name, wherever this Python lies.
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    config = PyFileConfigLoader(path.name, str(folder.resolve())).load_config()
    config.CourseDirectory.root = str(folder.resolve())
    return NbGraderAPI(config=config)
