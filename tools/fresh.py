"""Run released notebooks in fresh environments: the wheel of rnn_core, its extras, and Jupyter.

    python tools/fresh.py [PAGE ...] [--all] [--course DIR]

For each set of extras that the notebooks ask for, an environment is made with nothing else in it;
this checkout is not on its path, and each notebook runs in a copy of its release folder, by
`tools/prove.py`: no cell may raise but a check without an answer. The exit code is 0 when all
notebooks ran.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import assign
import downloads
from build_book import ROOT

JUPYTER = ("ipykernel", "nbclient", "nbformat")
PINS = ROOT / "requirements" / "environment.txt"
# What would let an environment see more than what was installed into it.
SIGHT = ("PYTHONPATH", "PYTHONHOME", "JUPYTER_PATH", "JUPYTER_DATA_DIR", "VIRTUAL_ENV")


def environment() -> dict[str, str]:
    """Return the variables of a process that sees its own environment alone."""
    kept = {name: value for name, value in os.environ.items() if name not in SIGHT}
    return {**kept, "PYTHONNOUSERSITE": "1", "JUPYTER_NO_CONFIG": "1", "MPLBACKEND": "agg"}


def make(folder: Path, built: Path, extras: tuple[str, ...]) -> Path:
    """Make an environment with a wheel, extras of it, and Jupyter; return its Python."""
    uv = [sys.executable, "-m", "uv"]
    subprocess.run([*uv, "venv", "--quiet", "--python", sys.executable, str(folder)], check=True)
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    package = f"rnn-core[{','.join(extras)}] @ {built.as_uri()}"
    install = [*uv, "pip", "install", "--quiet", "--python", str(python), "-c", str(PINS)]
    subprocess.run([*install, package, *JUPYTER], check=True, env=environment())
    return python


def extras_of(release: Path) -> tuple[str, ...]:
    """Return the extras that a released notebook asks for."""
    return tuple(json.loads(release.read_text("utf8"))["metadata"]["gate_by_gate"]["extras"])


def notebook(course: Path, kind: str, page: str) -> Path:
    """Return where a course has the notebook of a page."""
    name = assign.name_of(page)
    return course / kind / name / f"{name}.ipynb"


def run(page: str, course: Path, python: Path, folder: Path) -> int:
    """Run the release of a page, in a copy; return 0 when all is well."""
    release = notebook(course, "release", page)
    copy = shutil.copytree(release.parent, folder / release.parent.name)
    script = shutil.copy(ROOT / "tools" / "prove.py", folder)
    files = [str(copy / release.name), str(notebook(course, "source", page))]
    command = [str(python), str(script), *files]
    return subprocess.run(command, cwd=folder, env=environment()).returncode


def run_all(pages: list[str], course: Path) -> list[str]:
    """Run pages, those with the same extras in one environment; return those that failed."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for page in pages:
        groups.setdefault(extras_of(notebook(course, "release", page)), []).append(page)
    failed = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        built = downloads.wheel(folder)
        for number, (extras, group) in enumerate(groups.items()):
            print(f"fresh: rnn_core with {', '.join(extras)}: {len(group)} pages", flush=True)
            python = make(folder / f"environment-{number}", built, extras)
            for page in group:
                print(f"fresh: {page}", flush=True)
                if run(page, course, python, folder):
                    failed.append(page)
    return failed


def main() -> None:
    """Read the command line, make the assignments, run them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pages", nargs="*", help="pages such as concepts/lstm")
    parser.add_argument("--all", action="store_true", help="all pages that have exercises")
    parser.add_argument("--course", type=Path, help="folder of a course that has them already")
    given = parser.parse_args()
    if bool(given.pages) == given.all:
        parser.error("expected pages or --all")
    try:
        pages = assign.pages() if given.all else [assign.page_named(page) for page in given.pages]
    except ValueError as error:
        parser.error(str(error))
    with tempfile.TemporaryDirectory() as folder:
        course = given.course or Path(folder)
        if not given.course:
            book = assign.the_book()
            for page in pages:
                assign.write(assign.make(page, book), page, course)
                assign.release(page, course)
        failed = run_all(pages, course.resolve())
    for page in failed:
        print(f"fresh: failed: {page}", file=sys.stderr)
    raise SystemExit(1 if failed else 0)


if __name__ == "__main__":
    main()
