"""Grade what students handed in: from a zip of their notebooks to a table of points.

    python tools/grade.py concepts/lstm collect moodle submissions.zip
    python tools/grade.py concepts/lstm check
    python tools/grade.py concepts/lstm autograde
    python tools/grade.py concepts/lstm feedback
    python tools/grade.py concepts/lstm export points.csv

Each works in the folder of the course (`--course`), in which `tools/assign.py` made the assignment.
`autograde` leaves out what was graded before, so a run that was stopped is taken up by the same
command; `--again` grades anew. Students' code runs in the sandbox of `tools/sandbox.py`. Where
there is none, on other systems than Linux, `--sandbox none` runs it as you, with all you may do:
then grade on a machine, or in a container, that you can lose.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import os
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import nbformat
import sandbox
from assign import COURSE, name_of
from course import open_course
from examine import Examine, ShortErrors
from nbconvert.preprocessors import CSSHTMLHeaderPreprocessor
from nbgrader.apps import NbGraderAPI
from nbgrader.apps.zipcollectapp import ZipCollectApp
from nbgrader.converters import Autograde
from nbgrader.preprocessors import ClearHiddenTests, Execute, GetGrades
from traitlets.config import Config

EXAMINE = Config()
EXAMINE.Autograde.autograde_preprocessors = [
    Examine if step is Execute else step for step in Autograde().autograde_preprocessors
]
FEEDBACK = Config()
FEEDBACK.GenerateFeedback.preprocessors = [
    *(GetGrades, ShortErrors, ClearHiddenTests, CSSHTMLHeaderPreprocessor)
]
# How learning platforms name the files in the zip of an assignment; nbgrader matches whole paths.
NAMING = {
    "plain": r".*/(?P<student_id>[^/]+)/(?P<file_id>[^/]+)\.ipynb",
    "moodle": r".*/(?P<student_id>[^/]+?)_\d+_assignsubmission_file_?/(?P<file_id>[^/]+)\.ipynb",
    "canvas": r".*/(?P<student_id>[^/_]+)(?:_LATE)?_\d+_\d+_(?P<file_id>[^/]+)\.ipynb",
}


def collect(course: Path, name: str, archive: Path, naming: str) -> int:
    """Take the notebooks of a zip into `submitted/`; return how many students have one."""
    downloaded = course / "downloaded" / name
    shutil.rmtree(downloaded, ignore_errors=True)
    (downloaded / "archive").mkdir(parents=True)
    shutil.copy(archive, downloaded / "archive")
    config = open_course(course).config
    config.FileNameCollectorPlugin.named_regexp = NAMING.get(naming, naming)
    config.ZipCollectApp.force = True
    app = ZipCollectApp(config=config)
    app.initialize([name])
    app.start()
    return len(list(submissions(course, name)))


def submissions(course: Path, name: str) -> Iterator[tuple[str, Path]]:
    """Yield each student with the notebook that was handed in."""
    for folder in sorted((course / "submitted").glob(f"*/{name}")):
        yield folder.parent.name, folder / f"{name}.ipynb"


def ids(path: Path) -> Counter[str]:
    """Return how often each of nbgrader's cells stands in a notebook."""
    cells = nbformat.read(path, as_version=4).cells
    names = (cell.metadata.get("nbgrader", {}).get("grade_id") for cell in cells)
    return Counter(name for name in names if name)


def faults(course: Path, name: str) -> dict[str, list[str]]:
    """Return what is wrong with each submission, which would cost marks without a word."""
    wanted = ids(course / "release" / name / f"{name}.ipynb")
    wrong = {}
    for student, path in submissions(course, name):
        if not path.is_file():
            others = ", ".join(sorted(other.name for other in path.parent.iterdir()))
            wrong[student] = [f"there is no {path.name}, but {others or 'nothing'}"]
            continue
        try:
            found = ids(path)
        except Exception as error:
            wrong[student] = [f"it is no notebook: {error}"]
            continue
        lines = [f"the cell {each} is missing" for each in wanted if not found[each]]
        lines += [f"the cell {each} stands there {n} times" for each, n in found.items() if n > 1]
        if lines:
            wrong[student] = lines
    return wrong


def autograde(course: Path, name: str, is_sandboxed: bool, again: bool) -> dict[str, str]:
    """Run every submission that was not run yet; return those that could not be, with the reason.

    A submission with faults (`faults`) is left out, so that nobody loses marks unseen.
    """
    wrong = {student: "; ".join(lines) for student, lines in faults(course, name).items()}
    with tempfile.TemporaryDirectory(prefix="kernel-") as folder, open_kernel(folder, is_sandboxed):
        config = open_course(course).config
        config.merge(EXAMINE)
        if is_sandboxed:
            config.Examine.kernel_name = sandbox.NAME
            config.KernelManager.transport = "ipc"
            config.KernelManager.connection_file = f"{folder}/sockets/kernel.json"
        api = NbGraderAPI(config=config)
        for student, _ in submissions(course, name):
            if student not in wrong:
                done = api.autograde(name, student, force=again, create=True)
                if not done["success"]:
                    wrong[student] = done.get("error") or done["log"].strip().splitlines()[-1]
    return wrong


@contextlib.contextmanager
def open_kernel(folder: str, is_sandboxed: bool) -> Iterator[None]:
    """Make the sandboxed kernel known to Jupyter, and forget it again."""
    before = os.environ.get("JUPYTER_PATH")
    if is_sandboxed:
        if missing := sandbox.missing():
            raise SystemExit(f"grade: the sandbox needs {' and '.join(missing)}; see --help")
        (Path(folder) / "sockets").mkdir()
        sandbox.kernel(Path(folder))
        os.environ["JUPYTER_PATH"] = os.pathsep.join(filter(None, [folder, before]))
    yield
    if before is None:
        os.environ.pop("JUPYTER_PATH", None)
    else:
        os.environ["JUPYTER_PATH"] = before


def feedback(course: Path, name: str) -> Path:
    """Write a page for each student, without the text of hidden tests; return their folder."""
    config = open_course(course).config
    config.merge(FEEDBACK)
    done = NbGraderAPI(config=config).generate_feedback(name, force=True)
    if not done["success"]:
        raise SystemExit(f"grade: nbgrader could not write the feedback:\n{done['log']}")
    return course / "feedback"


def points(course: Path, name: str) -> list[dict[str, object]]:
    """Return each student's points by exercise, and how many answers a person must still mark."""
    rows = []
    with open_course(course).gradebook as book:
        for submission in sorted(book.assignment_submissions(name), key=lambda s: s.student.id):
            grades = [grade for notebook in submission.notebooks for grade in notebook.grades]
            row: dict[str, object] = {"student": submission.student.id}
            row |= {grade.name.removesuffix("-check"): grade.score for grade in grades}
            row |= {"points": sum(grade.score for grade in grades)}
            row |= {"of": sum(grade.max_score for grade in grades)}
            row |= {"to mark": sum(grade.needs_manual_grade for grade in grades)}
            rows.append(row)
    return rows


def export(course: Path, name: str, path: Path) -> int:
    """Write the points as a CSV; return how many students it has."""
    rows = points(course, name)
    with path.open("w", newline="", encoding="utf8") as file:
        writer = csv.DictWriter(file, rows[0] if rows else ["student"])
        writer.writeheader()
        writer.writerows(rows)
    return len(rows)


def main() -> None:
    """Read the command line and do the step that it names."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("page", help="the page of the assignment, such as concepts/lstm")
    parser.add_argument("--course", type=Path, default=COURSE, help="folder of the course")
    steps = parser.add_subparsers(dest="step", required=True)
    step = steps.add_parser("collect", help="take the notebooks out of a zip")
    step.add_argument("naming", help=f"{', '.join(NAMING)}, or a regular expression of your own")
    step.add_argument("zip", type=Path)
    steps.add_parser("check", help="find submissions that nbgrader would misread")
    step = steps.add_parser("autograde", help="run the submissions")
    step.add_argument("--sandbox", choices=["bubblewrap", "none"], default="bubblewrap")
    step.add_argument("--again", action="store_true", help="also those that were graded before")
    steps.add_parser("feedback", help="write a page for each student")
    step = steps.add_parser("export", help="write the points as a table")
    step.add_argument("csv", type=Path)
    given = parser.parse_args()
    course, name = given.course, name_of(given.page)
    if given.step == "collect":
        print(f"grade: {collect(course, name, given.zip, given.naming)} students")
    elif given.step == "feedback":
        print(f"grade: {feedback(course, name)}")
    elif given.step == "export":
        print(f"grade: {export(course, name, given.csv)} students in {given.csv}")
    else:
        if given.step == "check":
            wrong = {who: "; ".join(lines) for who, lines in faults(course, name).items()}
        else:
            wrong = autograde(course, name, given.sandbox != "none", given.again)
        for student, why in wrong.items():
            print(f"grade: {student}: {why}", file=sys.stderr)
        sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
