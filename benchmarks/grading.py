"""Grade a class in the sandbox: the time for each submission, and that a killed run loses nobody.

python -m benchmarks.grading        # 200 submissions; stores its table
python -m benchmarks.grading 50     # a smaller class; prints, stores nothing

The class is generated: every kind of submission that the tests know, hostile ones among them, and
mostly the common ones. Then a part of it is graded in another course, where the run is killed
half-way and taken up by the same command.
"""

from __future__ import annotations

import csv
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from . import report, table

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tools")]

import assign  # noqa: E402

from tests.course import submissions  # noqa: E402

STUDENTS, PART, SEED = 200, 20, 0
TIMEOUT_S = 10  # of a cell


def command(course: Path, *words: str) -> list[str]:
    """Return the command that does a step of the grading."""
    tool = str(ROOT / "tools" / "grade.py")
    return [sys.executable, "-W", "ignore", tool, "--course", str(course), submissions.PAGE, *words]


def new_course(folder: Path, handed: Mapping[str, submissions.Kind]) -> Path:
    """Release the assignment in a new course and collect what was handed in; return its folder."""
    course = folder / "course"
    submissions.write(course)
    assign.release(submissions.PAGE, course)
    archive = submissions.zip_up(course, folder / "handed in.zip", handed)
    subprocess.run(
        command(course, "collect", "moodle", str(archive)), check=False, capture_output=True
    )
    return course


def autograde(course: Path) -> list[str]:
    """Grade what is not graded; return the lines that the command wrote, one for each graded."""
    run = command(course, "autograde", "--timeout", str(TIMEOUT_S))
    done = subprocess.run(run, check=False, capture_output=True, text=True)
    return done.stdout.splitlines()


def autograde_until(course: Path, graded: int) -> list[str]:
    """Kill a run once it has graded so many; return the lines that it wrote."""
    run = command(course, "autograde", "--timeout", str(TIMEOUT_S))
    silent = subprocess.DEVNULL
    with subprocess.Popen(run, stdout=subprocess.PIPE, stderr=silent, text=True) as child:
        assert child.stdout
        lines = [next(child.stdout).rstrip("\n") for _ in range(graded)]
        time.sleep(1)  # into the next submission
        os.kill(child.pid, signal.SIGKILL)
        lines += child.stdout.read().splitlines()
    return lines


def export(course: Path) -> dict[str, dict[str, str]]:
    """Return the table of points, by student."""
    path = course / "points.csv"
    subprocess.run(command(course, "export", str(path)), check=True, capture_output=True)
    with path.open(newline="", encoding="utf-8-sig") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


def mistakes(points: Mapping[str, Mapping[str, str]], handed: Mapping) -> Iterator[str]:
    """Yield whose line of the table is not what was handed in is worth."""
    if points.keys() != handed.keys():
        yield f"lost or invented: {points.keys() ^ handed.keys()}"
    for student, kind in handed.items():
        row = points[student]
        if kind.fault:
            if kind.fault not in row["status"] or row["points"]:
                yield f"{student}: {kind.fault}: {row}"
        elif [float(row[f"ex-small-{name}"] or -1) for name in ("double", "sum")] != [*kind.points]:
            yield f"{student}: {kind}: {row}"


def main() -> None:
    """Grade, compare, print, and store."""
    students = int(sys.argv[1]) if sys.argv[1:] else STUDENTS
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        handed = submissions.a_class(Path(one) / "course", students, SEED)
        course = new_course(Path(one), handed)
        start = time.monotonic()
        lines = autograde(course)
        total, load = time.monotonic() - start, os.getloadavg()[2]
        points = export(course)
        part = dict(list(handed.items())[:PART])
        killed = new_course(Path(other), part)
        before = autograde_until(killed, PART // 2)
        after = autograde(killed)
        again = export(killed)
    wrong = [*mistakes(points, handed), *mistakes(again, part)]
    wrong += [student for student in part if points[student] != again[student]]
    if wrong:
        raise SystemExit("\n".join(wrong))
    taken = np.array([float(re.findall(r"graded in ([\d.]+) s", line)[0]) for line in lines])
    quarter, median, upper, most = np.percentile(taken, [25, 50, 75, 100])
    rows = [
        ["students in the table", f"{len(points)}"],
        ["graded", f"{len(lines)}"],
        ["named as broken, by the fault", f"{len(points) - len(lines)}"],
        ["total, minutes", f"{total / 60:.1f}"],
        ["seconds for a submission, median", f"{median:.1f}"],
        ["middle half", f"{quarter:.1f}–{upper:.1f}"],
        ["longest", f"{most:.1f}"],
        [f"of {PART} again: graded before the run was killed", f"{len(before)}"],
        ["graded when it was taken up", f"{len(after)}"],
        ["lines of the table that differ", "0"],
    ]
    text = (
        f"## Grading\n\nA class of {students} in the sandbox, one after the other, wall time; "
        f"load {load:.0f} on {os.cpu_count()} cores, of which it needs one. A cell may take "
        f"{TIMEOUT_S} s. Every mark is what the submission is worth.\n\n"
        f"{table(['', ''], rows)}"
    )
    if students == STUDENTS:
        report("grading", text)
    else:
        print(text)


if __name__ == "__main__":
    main()
