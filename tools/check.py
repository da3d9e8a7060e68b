"""Check the repository: `lint`, `types`, `tests`, `notebooks`, `all`; `format` puts style right.

    python tools/check.py all

Every step runs even when an earlier one failed; the exit code is 0 only when all passed.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STEPS = {
    "lint": ["-m ruff check .", "-m ruff format --check .", "tools/check_files.py"],
    "types": ["-m pyright"],
    "notebooks": ["-m pytest --nbval -p no:cacheprovider -n 2 --dist loadfile book"],
    # Tests that share something costly, a printed book or a cluster, name it and stay together.
    "tests": ["-m pytest tests -n 2 --dist loadgroup"],
    "format": ["-m ruff check --fix .", "-m ruff format ."],
}
# The tests come last, so that their closing line is the last that is read.
GROUPS = {"all": ["lint", "types", "notebooks", "tests"], "lint": ["lint", "types"]}
ENVIRONMENT = {
    "TQDM_DISABLE": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1",
}


def environment() -> dict[str, str]:
    """Return an environment in which the tools of .venv, Node among them, come first."""
    tools = str(Path(sys.executable).parent)
    return {**os.environ, **ENVIRONMENT, "PATH": tools + os.pathsep + os.environ["PATH"]}


def run(step: str) -> list[str]:
    """Run the commands of a step in turn; return those that failed."""
    failed = []
    for command in STEPS[step]:
        print(f"check: {name_of(command)}", flush=True)
        if subprocess.run(full(command), cwd=ROOT, env=environment()).returncode:
            failed.append(name_of(command))
    return failed


def full(command: str) -> list[str]:
    """Return a command with the interpreter that runs it."""
    return [sys.executable, *command.split()]


def name_of(command: str) -> str:
    """Return a command as it is shown."""
    return command.removeprefix("-m ")


def main() -> None:
    """Run the steps of a group and say which failed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=sorted({*STEPS, *GROUPS}))
    what = parser.parse_args().what
    failed = [line for step in GROUPS.get(what, [what]) for line in run(step)]
    for line in failed:
        print(f"check: failed: {line}", file=sys.stderr)
    raise SystemExit(1 if failed else 0)


if __name__ == "__main__":
    main()
