"""Grade what students handed in: from a zip of their notebooks to a table of points.

    python tools/grade.py concepts/lstm collect moodle submissions.zip
    python tools/grade.py concepts/lstm check
    python tools/grade.py concepts/lstm autograde
    python tools/grade.py concepts/lstm feedback
    python tools/grade.py concepts/lstm export points.csv

Each works in the folder of the course (`--course`), in which `tools/assign.py` made the assignment.

`collect` takes the zips of several days; the newer notebook is kept. `autograde` leaves out what
was graded before, so a run that was stopped is taken up by the same command, and a notebook that
was handed in anew is graded anew; `--again` grades all. Written answers are marked by a person:
`jupyter lab` in the folder of the course has the Formgrader in its menu Nbgrader. `export` gives
every student a line, with what is known of those who have no points.

Students' code runs in the sandbox of `tools/sandbox.py`, on Linux with bubblewrap. Elsewhere, on
macOS or Windows, grade in a Linux container or virtual machine that you can lose, with nothing in
it but the course; there `--sandbox none` runs the code without a sandbox, as you, with all that you
may do. A student who changes what the checks call (`numpy.allclose = …`), or who reads a hidden
test while it runs, is not stopped by any sandbox: look at full marks that have odd code.
"""

from __future__ import annotations

import argparse
import contextlib
import copy
import csv
import hashlib
import os
import re
import subprocess
import sys
import tempfile
import time
import warnings
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import nbformat
import sandbox
from assign import COURSE, name_of
from collect import NAMING, collect
from course import open_course
from examine import Examine
from nbgrader.apps import NbGraderAPI
from nbgrader.converters import Autograde
from nbgrader.preprocessors import Execute
from traitlets.config import Config

# In the folder of a graded notebook: the fingerprint of what was handed in. It is written last.
GRADED = ".graded"
TIMEOUT_S = 60
EXAMINE = Config()
EXAMINE.Autograde.autograde_preprocessors = [
    Examine if step is Execute else step for step in Autograde().autograde_preprocessors
]
EXAMINE.Examine.startup_timeout = 300  # on a busy machine
EXAMINE.Examine.store_widget_state = False
EXAMINE.Examine.shutdown_kernel = "immediate"  # there is nothing that it could still save
FEEDBACK = Config()
FEEDBACK.CourseDirectory.ignore = [GRADED, "timestamp.txt", "feedback", "__pycache__", "*.pyc"]


def submissions(course: Path, name: str) -> Iterator[tuple[str, Path]]:
    """Yield each student with the notebook that was handed in."""
    for folder in sorted((course / "submitted").glob(f"*/{name}")):
        yield folder.parent.name, folder / f"{name}.ipynb"


def graded_cells(path: Path) -> list[tuple[str, dict]]:
    """Return the names of nbgrader's cells in a notebook, and what nbgrader does with each."""
    cells = nbformat.read(path, as_version=4).cells
    found = [cell.metadata.get("nbgrader", {}) for cell in cells]
    kept = ("grade", "solution", "task")
    if bad := [each["grade_id"] for each in found if not isinstance(each.get("grade_id", ""), str)]:
        raise ValueError(f"grade_id: {str(bad[0])[:50]} is no text, as a cell's name must be")
    return [
        (each["grade_id"], {key: each.get(key, False) for key in kept})
        for each in found
        if each.get("grade_id")
    ]


def faults(course: Path, name: str) -> dict[str, list[str]]:
    """Return what is wrong with each submission, which would cost marks without a word."""
    wanted = graded_cells(course / "release" / name / f"{name}.ipynb")
    wrong = {student: _faults(path, wanted) for student, path in submissions(course, name)}
    return {student: lines for student, lines in wrong.items() if lines}


def _faults(path: Path, wanted: list[tuple[str, dict]]) -> list[str]:
    if not path.is_file():
        others = sorted(other.name for other in path.parent.glob("*.ipynb"))
        but = f", but {', '.join(others)}" if others else ""
        return [f"there is no {path.name}{but}"]
    try:
        return _differences(graded_cells(path), wanted)
    except Exception as error:  # of a file that may hold anything
        return [f"it is no notebook: {_line(error)}"]


def _line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0][:200]


def _differences(found: list[tuple[str, dict]], wanted: list[tuple[str, dict]]) -> list[str]:
    times = Counter(each for each, _ in found)
    lines = [f"the cell {each} is missing" for each, _ in wanted if not times[each]]
    lines += [f"the cell {each} stands there {n} times" for each, n in times.items() if n > 1]
    if lines:
        return lines
    kinds, known = dict(found), dict(wanted)
    lines = [f"the cell {each} is not of its kind" for each in known if kinds[each] != known[each]]
    if [each for each, _ in found if each in known] != list(known):
        lines.append("the cells stand in another order")
    return lines


def fingerprint(path: Path) -> str:
    """Return what tells a file from every other."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def is_graded(course: Path, name: str, student: str, path: Path) -> bool:
    """Return whether this very notebook was graded, to its end."""
    mark = course / "autograded" / student / name / GRADED
    return mark.is_file() and mark.read_text("utf8") == fingerprint(path)


def autograde(
    course: Path,
    name: str,
    is_sandboxed: bool,
    again: bool = False,
    timeout_s: int = TIMEOUT_S,
) -> dict[str, str]:
    """Run every submission that was not run yet; return those that could not be, with the reason.

    A submission with faults (`faults`) is left out, so that nobody loses marks unseen.
    """
    wrong = {student: "; ".join(lines) for student, lines in faults(course, name).items()}
    if is_sandboxed and (why := sandbox.fault()):
        raise SystemExit(f"grade: {why}\n{sandbox.ADVICE}")
    for student, path in submissions(course, name):
        if student in wrong or (not again and is_graded(course, name, student, path)):
            continue
        start, mark = time.monotonic(), fingerprint(path)
        try:
            done = _autograde(course, name, student, is_sandboxed, timeout_s)
        except Exception as error:  # of one student, which must not keep the others from theirs
            wrong[student] = f"it could not be graded: {type(error).__name__}: {_line(error)}"
            continue
        if done["success"]:
            (course / "autograded" / student / name / GRADED).write_text(mark, "utf8")
            print(f"grade: {student}: graded in {time.monotonic() - start:.1f} s", flush=True)
        else:
            wrong[student] = _reason(f"{done.get('log', '')}\n{done['error']}")
    return wrong


def _autograde(
    course: Path, name: str, student: str, is_sandboxed: bool, timeout_s: int
) -> dict[str, object]:
    with new_folder() as folder, open_kernel(folder, is_sandboxed):
        config = open_course(course).config
        config.merge(copy.deepcopy(EXAMINE))
        config.Examine.timeout = config.Examine.iopub_timeout = timeout_s
        config.Examine.kernel_name = "python3"
        if is_sandboxed:
            config.Examine.kernel_name = sandbox.NAME
            config.KernelManager.transport = "ipc"
            config.KernelManager.connection_file = f"{folder}/sockets/kernel.json"
        return NbGraderAPI(config=config).autograde(name, student, force=True, create=True)


@contextlib.contextmanager
def new_folder() -> Iterator[str]:
    """Make a folder that students' code writes to, and remove it with whatever is in it then."""
    folder = tempfile.mkdtemp(prefix="kernel-")
    try:
        yield folder
    finally:
        # Python's own removal follows deep folders by recursion, and fails.
        subprocess.run(["rm", "-rf", "--", folder], check=False, stderr=subprocess.DEVNULL)


def _reason(log: str) -> str:
    """Return the line of nbgrader's log that says most."""
    errors = re.findall(r"^\s*([\w.]+(?:Error|Exception|Entry): .+)$", log, re.MULTILINE)
    return f"it could not be graded: {[*errors, log.strip()][0]}"


@contextlib.contextmanager
def open_kernel(folder: str, is_sandboxed: bool) -> Iterator[None]:
    """Make the sandboxed kernel known to Jupyter, and forget it again."""
    before = os.environ.get("JUPYTER_PATH")
    if is_sandboxed:
        (Path(folder) / "sockets").mkdir()
        sandbox.kernel(Path(folder))
        os.environ["JUPYTER_PATH"] = os.pathsep.join(filter(None, [folder, before]))
    try:
        yield
    finally:
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
        raise SystemExit(f"grade: nbgrader could not write the feedback:\n{done['error']}")
    return course / "feedback"


def points(course: Path, name: str, roster: Iterable[str] = ()) -> list[dict[str, object]]:
    """Return a row for each student: a status, and the points by exercise where there are any.

    Students are those of a roster, of nbgrader's gradebook, and whoever has handed in.
    """
    handed, wrong = dict(submissions(course, name)), faults(course, name)
    rows = []
    with open_course(course).gradebook as book:
        graded = {each.student.id: each for each in book.assignment_submissions(name)}
        total = book.find_assignment(name).max_score
        for student in sorted({*roster, *handed, *(each.id for each in book.students)}):
            row: dict[str, object] = {"student": student}
            if student not in handed:
                row["status"] = "nothing handed in"
            elif student in wrong:
                row["status"] = "; ".join(wrong[student])
            elif not is_graded(course, name, student, handed[student]) or student not in graded:
                row["status"] = "not graded yet"
            else:
                row |= _points(graded[student])
            rows.append(row | {"of": total})
    return rows


def _points(submission) -> dict[str, object]:
    grades = [grade for notebook in submission.notebooks for grade in notebook.grades]
    waiting = sum(grade.needs_manual_grade for grade in grades)
    row: dict[str, object] = {"status": "to mark by hand" if waiting else "graded"}
    row |= {grade.name.removesuffix("-check"): grade.score for grade in grades}
    return row | {"points": sum(grade.score for grade in grades), "to mark": waiting}


def export(course: Path, name: str, path: Path, roster: Iterable[str] = ()) -> int:
    """Write the points as a CSV; return how many students it has."""
    rows = points(course, name, roster)
    exercises = [
        each.removesuffix("-check")
        for each, kind in graded_cells(course / "release" / name / f"{name}.ipynb")
        if kind["grade"]
    ]
    columns = ["student", "status", *exercises, "points", "of", "to mark"]
    # With the mark by which spreadsheets know the encoding.
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)
    return len(rows)


def read_roster(path: Path) -> list[str]:
    """Return the students of a CSV: its column `student`, or its only one."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        rows = [row for row in csv.reader(file) if row]
    if "student" in rows[0]:
        at = rows[0].index("student")
        return [row[at] for row in rows[1:]]
    if any(len(row) > 1 for row in rows):
        raise SystemExit(f"grade: roster: {path} has no column `student`, but {rows[0]}")
    return [row[0] for row in rows]


def parser() -> argparse.ArgumentParser:
    """Return what reads the command line."""
    made = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    made.add_argument("page", help="the page of the assignment, such as concepts/lstm")
    made.add_argument("--course", type=Path, default=COURSE, help="folder of the course")
    steps = made.add_subparsers(dest="step", required=True)
    step = steps.add_parser("collect", help="take the notebooks out of a zip")
    step.add_argument("naming", help=f"{', '.join(NAMING)}, or a regular expression of your own")
    step.add_argument("zip", type=Path)
    steps.add_parser("check", help="find submissions that nbgrader would misread")
    step = steps.add_parser("autograde", help="run the submissions")
    step.add_argument("--sandbox", choices=["bubblewrap", "none"], default="bubblewrap")
    step.add_argument("--again", action="store_true", help="also those that were graded before")
    step.add_argument(
        "--timeout", type=int, default=TIMEOUT_S, help="seconds that a cell may take (%(default)s)"
    )
    steps.add_parser("feedback", help="write a page for each student")
    step = steps.add_parser("export", help="write the points as a table")
    step.add_argument("csv", type=Path)
    step.add_argument("--roster", type=Path, help="CSV of all students, with a column `student`")
    return made


def main() -> None:
    """Read the command line and do the step that it names."""
    given = parser().parse_args()
    # nbgrader's own use of its database, which is of no concern to who grades.
    warnings.filterwarnings("ignore", module="nbgrader")
    course, name = given.course, name_of(given.page)
    if not (course / "release" / name).is_dir():
        raise SystemExit(f"grade: {course} has no {name}; make it by tools/assign.py {given.page}")
    wrong: list[str] = []
    if given.step == "collect":
        if not zipfile.is_zipfile(given.zip):
            what = "is no zip" if given.zip.exists() else "is not there"
            raise SystemExit(
                f"grade: {given.zip} {what}; expected what the platform gives to download"
            )
        students, wrong = collect(course, name, given.zip, given.naming)
        print(f"grade: {len(students)} notebooks taken")
    elif given.step == "check":
        wrong = [f"{who}: {'; '.join(lines)}" for who, lines in faults(course, name).items()]
    elif given.step == "autograde":
        is_sandboxed = given.sandbox != "none"
        found = autograde(course, name, is_sandboxed, given.again, given.timeout)
        wrong = [f"{who}: {why}" for who, why in found.items()]
    elif given.step == "feedback":
        print(f"grade: {feedback(course, name)}")
    else:
        roster = read_roster(given.roster) if given.roster else []
        print(f"grade: {export(course, name, given.csv, roster)} students in {given.csv}")
    for line in wrong:
        print(f"grade: {line}", file=sys.stderr)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
