"""Run a student's kernel where it can do no harm: a Jupyter kernel inside bubblewrap, on Linux.

The kernel sees the Python it runs on, read-only; of the submission it sees the files beside the
notebook, read-only, and not the notebook, which holds the hidden tests. It has an empty home, no
network, and no other process. Memory, processor time, processes and the size of a file are limited,
and it dies with the process that started it. What it does to its own interpreter cannot be limited:
a student can still redefine what the checks call.

The kernel's system enforces the limits of one process. How many processes there are, and what they
hold together, is watched from outside, because for some users (root) no limit on it is enforced.

`kernel(folder)` writes the kernel's description; Jupyter then calls this file, with the file that
says how to connect.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import psutil

NAME = "gate-by-gate-sandbox"
ROOT = Path(__file__).resolve().parent.parent
MEGABYTE = 2**20
LIMITS = {
    "as": 4096 * MEGABYTE,  # address space
    "fsize": 50 * MEGABYTE,
    "cpu": 120,  # seconds
    "core": 0,
}
PROCESSES, MEMORY, EVERY_S = 64, 6144 * MEGABYTE, 0.1
SYSTEM = ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/etc/alternatives", "/etc/fonts"]
SYSTEM += ["/etc/ld.so.cache", "/etc/localtime", "/etc/passwd", "/etc/group"]
HOME = "/tmp/home"
ENVIRONMENT = {
    "HOME": HOME,
    "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "TQDM_DISABLE": "1",
    "MPLCONFIGDIR": f"{HOME}/matplotlib",
    "PYTHONPATH": str(ROOT),
    "NBGRADER_EXECUTION": "autograde",
}


def missing() -> list[str]:
    """Return the programs that the sandbox needs and this machine has not."""
    return [name for name in ("bwrap", "prlimit") if shutil.which(name) is None]


def kernel(folder: Path) -> str:
    """Write the kernel's description below a folder of JUPYTER_PATH; return the kernel's name."""
    place = folder / "kernels" / NAME
    place.mkdir(parents=True, exist_ok=True)
    description = {
        "argv": [sys.executable, __file__, "{connection_file}"],
        "display_name": "Python, in a sandbox",
        "language": "python",
        # A signal would end bubblewrap and not the cell.
        "interrupt_mode": "message",
    }
    (place / "kernel.json").write_text(json.dumps(description), "utf8")
    return NAME


def command(connection_file: Path, submission: Path) -> list[str]:
    """Return the command that runs a kernel for what lies in the folder of a submission."""
    limits = [f"--{name}={value}" for name, value in LIMITS.items()]
    # The core and the environment's own files; links among them are followed by what they lead to.
    seen = {*SYSTEM, sys.prefix, sys.base_prefix, str(Path(sys.executable).resolve().parents[1])}
    seen |= {path for path in sys.path if path.endswith("-packages")}
    shown = [part for path in sorted(seen) for part in ("--ro-bind-try", path, path)]
    package = str(ROOT / "rnn_core")
    files = [path for path in submission.rglob("*") if path.is_file()]
    beside = [
        part
        for path in sorted(files)
        if path.suffix != ".ipynb"
        for part in ("--ro-bind", str(path), str(path))
    ]
    sockets = str(connection_file.parent)
    environment = [part for pair in ENVIRONMENT.items() for part in ("--setenv", *pair)]
    return [
        *("prlimit", *limits, "bwrap", "--unshare-all", "--die-with-parent", "--new-session"),
        *("--cap-drop", "ALL", "--clearenv", *environment),
        *("--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--dir", HOME),
        *(*shown, "--ro-bind", package, package),
        *("--tmpfs", str(submission), *beside, "--bind", sockets, sockets),
        *("--chdir", str(submission), sys.executable, "-m", "ipykernel_launcher"),
        *("-f", str(connection_file), "--HistoryManager.hist_file=:memory:"),
    ]


def taken(process: psutil.Process) -> tuple[int, int]:
    """Return how many processes come from one, itself among them, and the bytes they hold."""
    processes = [process, *process.children(recursive=True)]
    held = 0
    for each in processes:
        with contextlib.suppress(psutil.Error):
            held += each.memory_info().rss
    return len(processes), held


def watch(run: list[str]) -> int:
    """Run a command until it ends or takes too much; return its exit code."""
    child = subprocess.Popen(run)
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: child.kill())
    while True:
        with contextlib.suppress(subprocess.TimeoutExpired):
            return child.wait(EVERY_S)
        processes, held = taken(psutil.Process(child.pid))
        if processes > PROCESSES or held > MEMORY:
            # With bubblewrap's first process the others of its namespace end.
            child.kill()


if __name__ == "__main__":
    sys.exit(watch(command(Path(sys.argv[1]), Path.cwd())))
