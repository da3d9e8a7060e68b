"""A class that comes in at once: simulated students on the local hub, all at the same moment.

    python -m benchmarks.hub [--students 10] [--page concepts/rnn]

Each opens the link that pulls the assignment of a page, waits for a server, pulls, starts a kernel
and runs every cell. Memory is read when all are done and all kernels still live, in two ways: PSS
counts once what processes on one machine have in common, RSS counts it for each, as containers on
different machines do. Everything stays on 127.0.0.1. Linux; the tables go into `RESULTS.md`, which
the book's page on classes includes.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from . import report, table
from .students import Student

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tools"))

import assign  # noqa: E402
import hub  # noqa: E402
import links  # noqa: E402

STEPS = ("server", "pull", "kernel", "cells")
KINDS = ("hub", "proxy", "culler", "server", "kernel")
CLASSES = (10, 50, 300)
MIB = 2**20
TERM = "term"
Memory = dict[str, list[tuple[float, float]]]


@dataclass
class Seen:
    """What came of one student: how long each step took, and what went wrong."""

    name: str
    seconds: dict[str, float] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    student: Student | None = None


def git(folder: Path, *command: str) -> None:
    """Run git in a folder, as an instructor without a name."""
    who = ["-c", "user.name=instructor", "-c", "user.email=instructor@example.org"]
    subprocess.run(["git", *who, *command], cwd=folder, check=True, capture_output=True)


def commit(folder: Path, message: str) -> None:
    """Commit everything in a folder, which becomes a repository if it is none."""
    if not (folder / ".git").exists():
        git(folder, "init", "--quiet", "--initial-branch", TERM)
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", message)


def assignments(pages: Sequence[str], course: Path) -> Path:
    """Make the assignments of some pages; return the repository that students pull."""
    book = assign.the_book()
    for page in pages:
        assign.write(assign.make(page, book), page, course)
        assign.release(page, course)
    commit(course / "release", "The first assignments")
    return course / "release"


def visit(running: hub.Hub, name: str, link: str, path: str, start: threading.Barrier) -> Seen:
    """Do what one student does; keep what fails instead of stopping the others."""
    seen = Seen(name)
    seen.student = student = Student(running.address, name, running.student_password)
    seen.seconds = student.seconds
    start.wait()
    try:
        student.open(link)
        errors = student.run(path)
    except Exception as error:
        seen.faults.append(f"{type(error).__name__}: {error}")
        return seen
    # The answers are still missing, so that their checks must fail, and nothing else.
    seen.faults += [f"{cell}: {error}" for cell, error in errors.items() if "-check" not in cell]
    return seen


def memory(running: hub.Hub) -> Memory:
    """Return PSS and RSS of each process of a hub in MiB, by what it is for."""
    found: Memory = {
        "hub": [],
        "proxy": [],
        "culler": [],
        "server": [],
        "kernel": [],
    }
    parts = {
        "configurable-http-proxy": "proxy",
        "jupyterhub_idle_culler": "culler",
        "jupyterhub-singleuser": "server",
        "ipykernel_launcher": "kernel",
    }
    root = psutil.Process(running.process.pid)
    for process in [root, *root.children(recursive=True)]:
        with contextlib.suppress(psutil.NoSuchProcess):  # one may end meanwhile
            line = " ".join(process.cmdline())
            kind = next((kind for part, kind in parts.items() if part in line), "hub")
            used = process.memory_full_info()
            found[kind].append((used.pss / MIB, used.rss / MIB))
    return found


def load_test(count: int, page: str) -> tuple[list[Seen], Memory, float]:
    """Let students come at once; return what they saw, the memory, and the seconds of all."""
    with tempfile.TemporaryDirectory() as folder:
        repo = assignments([page], Path(folder) / "course")
        with hub.running(Path(folder) / "hub") as running:
            path = links.path_of(page)
            link = links.pull_link(running.address, repo.as_uri(), TERM, path, "gate-by-gate")
            start = threading.Barrier(count + 1)
            names = [f"student-{number:03}" for number in range(1, count + 1)]
            with ThreadPoolExecutor(count) as pool:
                inside = f"gate-by-gate/{path}"
                visits = [pool.submit(visit, running, name, link, inside, start) for name in names]
                start.wait()
                begun = time.monotonic()
                seen = [each.result() for each in visits]
                seconds = time.monotonic() - begun
            used = memory(running)
            for each in seen:
                if not each.faults:
                    each.student.leave()
    return seen, used, seconds


def spread(values: Sequence[float], digits: int = 1) -> list[str]:
    """Return median, least and most."""
    numbers = (statistics.median(values), min(values), max(values))
    return [f"{number:.{digits}f}" for number in numbers]


def steps_table(seen: Sequence[Seen]) -> list[list[str]]:
    """Return how long each step took, over all students without a fault."""
    good = [each.seconds for each in seen if not each.faults]
    rows = [[step, *spread([seconds[step] for seconds in good])] for step in STEPS]
    return [*rows, ["all four", *spread([sum(seconds.values()) for seconds in good])]]


def memory_table(used: Memory) -> list[list[str]]:
    """Return the memory by kind of process: how many there are, the median PSS and RSS of one."""
    return [
        [kind, str(len(of)), *(f"{mib:.0f}" for mib in medians(of))] for kind, of in used.items()
    ]


def medians(of: Sequence[tuple[float, float]]) -> list[float]:
    """Return the median PSS and the median RSS."""
    return [statistics.median(column) for column in zip(*of, strict=True)]


def classes_table(used: Memory) -> list[list[str]]:
    """Return the GiB of classes of some sizes, were every student's part what it was here."""
    once = sum(pss for kind in ("hub", "proxy", "culler") for pss, _ in used[kind])
    pss, rss = map(sum, zip(medians(used["server"]), medians(used["kernel"]), strict=True))
    return [
        [str(size), f"{(once + size * pss) / 1024:.1f}", f"{size * rss / 1024:.1f}"]
        for size in CLASSES
    ]


def main() -> None:
    """Measure, print, and store."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--students", type=int, default=10)
    parser.add_argument("--page", default="concepts/rnn")
    given = parser.parse_args()
    load = os.getloadavg()[0]
    seen, used, seconds = load_test(given.students, given.page)
    for each in seen:
        took = " ".join(f"{step} {each.seconds.get(step, 0):6.1f} s" for step in STEPS)
        print(f"{each.name}: {took}", *each.faults, sep="\n  ")
    if failed := [each.name for each in seen if each.faults]:
        raise SystemExit(f"hub: {len(failed)} of {given.students} students failed; nothing stored")
    steps = ["seconds", "median", "least", "most"]
    kinds = ["MiB of one", "processes", "PSS", "RSS"]
    sizes = ["students at once", "GiB, one machine", "GiB, containers"]
    report(
        "hub",
        f"""## A class on the local hub

{given.students} simulated students come at once, pull the assignment of {given.page} and run
all of its cells; {os.cpu_count()} cores, load {load:.1f} before it began. From the first link to
the last cell of the last student: {seconds:.0f} s. No student failed.

{table(steps, steps_table(seen))}

Memory with all kernels alive; PSS counts once what processes share, RSS counts it for each:

{table(kinds, memory_table(used))}

What a class would need, were each student's part the same: on one machine, by PSS, hub and proxy
included; in containers, by RSS, without them. A heavier page needs more.

{table(sizes, classes_table(used))}
""",
    )


if __name__ == "__main__":
    main()
