"""Run a student's kernel where it can do no harm: a Jupyter kernel inside bubblewrap, on Linux.

The kernel sees the Python it runs on, read-only; of the submission it sees the files beside the
notebook, read-only, and not the notebook, which holds the hidden tests. It has an empty home, no
network, and no other process. Memory, processor time, processes, and what it writes are limited,
and it dies with the process that started it. What it does to its own interpreter cannot be limited:
a student can still redefine what the checks call, and read a check while it runs.

The kernel's system enforces the limits of one process, and how many there are. What they hold
together, and what they write where the sockets lie, is watched from outside. That mitigates misuse
and does not exclude it: files in memory that no process has mapped, file systems in memory that it
mounts in a namespace of its own, and deleted files that are still open are not counted. So code
that means to can fill the machine's memory, or the disk with the temporary files, until it ends.
Where root grades, the student's code runs as a user who owns nothing, because no limit on processes
is enforced for root.

`kernel(folder)` writes the kernel's description; Jupyter then calls this file, with the file that
says how to connect.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil

NAME = "gate-by-gate-sandbox"
ROOT = Path(__file__).resolve().parent.parent
MEGABYTE = 2**20
LIMITS = {
    "as": 4096 * MEGABYTE,  # address space
    "fsize": 50 * MEGABYTE,
    "cpu": 600,  # seconds; a cell that loops is stopped long before
    "nofile": 512,
    "core": 0,
}
SCRATCH = 200 * MEGABYTE  # of each folder in which it may write
# The watcher stops what has more processes; threads count for the limit that the system enforces.
PROCESSES, THREADS, MEMORY, EVERY_S = 64, 256, 6144 * MEGABYTE, 0.1
SOCKETS, SOCKETS_SIZE = 50, MEGABYTE
SYSTEM = ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/etc/alternatives", "/etc/fonts"]
SYSTEM += ["/etc/ld.so.cache", "/etc/localtime", "/etc/passwd", "/etc/group"]
HOME = "/tmp/home"
ENVIRONMENT = {
    "HOME": HOME,
    "USER": "student",
    "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "TQDM_DISABLE": "1",
    "MPLCONFIGDIR": f"{HOME}/matplotlib",
    "PYTHONPATH": str(ROOT),
    "NBGRADER_EXECUTION": "autograde",
}
PROBE = "import ipykernel, numpy, rnn_core"
ADVICE = """\
On Linux install bubblewrap (0.7 or newer) and util-linux, and let it make namespaces. Elsewhere
grade in a Linux container or virtual machine that you can lose, with nothing in it but the course;
there `--sandbox none` runs the students' code without a sandbox, with all that you may do."""


def missing() -> list[str]:
    """Return the programs that the sandbox needs and this machine has not."""
    programs = {"bwrap": "bubblewrap", "prlimit": "util-linux", "setpriv": "util-linux"}
    return [f"{name} (of {of})" for name, of in programs.items() if shutil.which(name) is None]


def fault() -> str | None:
    """Return why no sandbox can be made here, or None where one was tried and works."""
    if absent := missing():
        return f"the sandbox needs {', '.join(absent)}"
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "sockets").mkdir()
        (place / "work").mkdir()
        hand_over(place / "sockets")
        run = [*confined(place / "sockets", place / "work"), sys.executable, "-c", PROBE]
        done = subprocess.run(run, capture_output=True, text=True, cwd=folder)
    if done.returncode:
        return f"the sandbox does not start here: {done.stderr.strip()[-500:]}"
    return None


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


def owner() -> int:
    """Return the number of the user whom the code runs as, who owns nothing where root grades."""
    return 50_000 + os.getpid() % 10_000 if os.geteuid() == 0 else os.geteuid()


def hand_over(folder: Path) -> None:
    """Give a folder and its files to the user whom the code runs as."""
    for path in (folder, *folder.iterdir()):
        if os.geteuid() == 0:
            os.chown(path, owner(), owner(), follow_symlinks=False)


def confined(sockets: Path, submission: Path) -> list[str]:
    """Return what to write before a command so that it runs in the sandbox.

    It may write to the folder of its sockets and to scratch space that is lost at its end.
    """
    limits = [f"--{name}={value}" for name, value in LIMITS.items()]
    # The core and the environment's own files; links among them are followed by what they lead to.
    seen = {*SYSTEM, sys.prefix, sys.base_prefix, str(Path(sys.executable).resolve().parents[1])}
    seen |= {path for path in sys.path if path.endswith("-packages")}
    seen.add(str(ROOT / "rnn_core"))
    files = [path for path in submission.rglob("*") if path.suffix != ".ipynb" and path.is_file()]
    files = [path for path in files if not path.is_symlink()]
    return [
        *("prlimit", *limits, "bwrap", "--die-with-parent", "--new-session", "--clearenv"),
        *(part for pair in ENVIRONMENT.items() for part in ("--setenv", *pair)),
        *_namespaces(),
        *("--proc", "/proc", "--dev", "/dev", *_scratch("/dev/shm"), *_scratch("/tmp")),
        *("--dir", HOME, "--chmod", "1777", HOME),
        *_parents(*seen, str(submission), str(sockets)),
        *(part for path in sorted(seen) for part in ("--ro-bind-try", path, path)),
        *_scratch(str(submission)),
        *(part for path in sorted(map(str, files)) for part in ("--ro-bind", path, path)),
        *("--bind", str(sockets), str(sockets), "--remount-ro", "/dev", "--remount-ro", "/"),
        *("--chdir", str(submission), *_user()),
    ]


def _namespaces() -> list[str]:
    if os.geteuid() != 0:
        return ["--unshare-all", "--cap-drop", "ALL"]
    # Only without a namespace of users can root become another; `_user` then gives up the rest.
    own = [f"--unshare-{kind}" for kind in ("ipc", "pid", "net", "uts", "cgroup-try")]
    return [*own, "--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]


def _user() -> list[str]:
    become = [f"--reuid={owner()}", f"--regid={owner()}", "--clear-groups"]
    become = become if os.geteuid() == 0 else []
    # Set inside, where the system counts no process but those of the sandbox (Linux 5.14 or newer).
    return [
        "prlimit",
        f"--nproc={THREADS}",
        "setpriv",
        "--no-new-privs",
        "--inh-caps=-all",
        *become,
    ]


def _parents(*paths: str) -> list[str]:
    # bubblewrap would make them for their owner alone.
    parents = {str(parent) for path in paths for parent in Path(path).parents} - {"/"}
    return [part for parent in sorted(parents) for part in ("--dir", parent)]


def _scratch(path: str) -> list[str]:
    return ["--perms", "1777", "--size", str(SCRATCH), "--tmpfs", path]


def command(connection_file: Path, submission: Path) -> list[str]:
    """Return the command that runs a kernel for what lies in the folder of a submission."""
    return [
        *confined(connection_file.parent, submission),
        *(sys.executable, "-m", "ipykernel_launcher", "-f", str(connection_file)),
        "--HistoryManager.hist_file=:memory:",
    ]


def is_too_much(process: psutil.Process, sockets: Path) -> bool:
    """Return whether what comes from a process is too many, too big, or has written too much."""
    processes = [process, *process.children(recursive=True)]
    held = 0
    for each in processes:
        with contextlib.suppress(psutil.Error):
            held += each.memory_info().rss
    return len(processes) > PROCESSES or held > MEMORY or has_written_too_much(sockets)


def has_written_too_much(sockets: Path) -> bool:
    """Return whether a folder holds too much, or what cannot be counted."""
    files = size = 0
    places = [sockets]
    try:
        while places:
            with os.scandir(places.pop()) as found:
                entries = list(found)
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    places.append(Path(entry.path))
                with contextlib.suppress(FileNotFoundError):  # just removed
                    size += entry.stat(follow_symlinks=False).st_size
                files += 1
                if files > SOCKETS or size > SOCKETS_SIZE:
                    return True
    except OSError:  # a kernel makes no folder, and none that cannot be read
        return True
    return False


def watch(run: list[str], sockets: Path) -> int:
    """Run a command until it ends or takes too much; return its exit code."""
    # Where memory runs short all the same, this goes first.
    Path("/proc/self/oom_score_adj").write_text("1000")
    silent = subprocess.DEVNULL  # what it writes to a terminal can do harm there
    child = subprocess.Popen(run, stdin=silent, stdout=silent, stderr=silent)
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: child.kill())
    parent = os.getppid()
    while True:
        with contextlib.suppress(subprocess.TimeoutExpired):
            return child.wait(EVERY_S)
        if os.getppid() != parent:
            child.kill()  # whoever asked for it was killed
        with contextlib.suppress(OSError, psutil.Error):
            if is_too_much(psutil.Process(child.pid), sockets):
                # With bubblewrap's first process the others of its namespace end.
                child.kill()


def main() -> int:
    """Run a kernel as Jupyter asks for it; return its exit code."""
    connection_file, submission = Path(sys.argv[1]), Path.cwd()
    hand_over(connection_file.parent)
    return watch(command(connection_file, submission), connection_file.parent)


if __name__ == "__main__":
    sys.exit(main())
