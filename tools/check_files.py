"""Check text files: no blanks at line ends, one line end at the end, valid YAML, nothing large.

Names of files may be given; without them, every file under version control is checked.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import yaml

LARGEST = 500_000
BINARY = {".safetensors", ".png", ".ico", ".woff2"}
# Pinned hashes of every wheel: long, but text that a person can read.
MAY_BE_LARGE = {"requirements/environment.txt"}


def faults(path: Path) -> list[str]:
    """Return what is wrong with a file, each fault as a short phrase."""
    content = path.read_bytes()
    found = []
    if len(content) > LARGEST and path.as_posix() not in MAY_BE_LARGE:
        found.append(f"{len(content)} bytes, more than {LARGEST}")
    if path.suffix in BINARY:
        return found
    if b"\r" in content:
        found.append("a carriage return; lines end with a line feed alone")
    if any(line != line.rstrip(b" \t") for line in content.split(b"\n")):
        found.append("blanks at the end of a line")
    if content and (not content.endswith(b"\n") or content.endswith(b"\n\n")):
        found.append("not exactly one line feed at the end")
    if path.suffix in {".yml", ".yaml"}:
        try:
            yaml.safe_load(content)
        except yaml.YAMLError as error:
            found.append(f"not YAML: {error}")
    return found


def tracked() -> list[str]:
    """Return the names of the files under version control that are there."""
    listed = subprocess.run(["git", "ls-files", "-z"], capture_output=True, check=True, text=True)
    return [name for name in listed.stdout.split("\0") if name and Path(name).is_file()]


def main(names: list[str]) -> int:
    """Print the faults of the named files; return 1 when there are any."""
    names = names or tracked()
    found = [f"{name}: {fault}" for name in names for fault in faults(Path(name))]
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
