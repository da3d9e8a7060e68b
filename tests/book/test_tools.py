"""The server, and the files that pin the environment."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

import pytest
import serve

ROOT = Path(__file__).resolve().parent.parent.parent
TYPES = {
    "index.html": "text/html; charset=utf-8",
    "a.js": "text/javascript",
    "a.css": "text/css",
    "a.svg": "image/svg+xml",
    "a.woff2": "font/woff2",
    "a.ipynb": "application/x-ipynb+json",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a file of each type."""
    for name in TYPES:
        (tmp_path / name).write_text("x", "utf8")
    return tmp_path


def test_files_have_the_right_type_and_are_not_cached(folder):
    with serve.open_server(folder, 0) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        for name, kind in TYPES.items():
            address = f"http://127.0.0.1:{server.server_port}/{name}"
            with urllib.request.urlopen(address) as answer:
                assert answer.headers["Content-Type"] == kind
                assert answer.headers["Cache-Control"] == "no-store"
        server.shutdown()
        thread.join()


def test_a_taken_port_gives_way_to_the_next(folder):
    with serve.open_server(folder, 18080) as first:
        with serve.open_server(folder, first.server_port) as second:
            assert second.server_port > first.server_port
        assert first.server_address[0] == "127.0.0.1"


@pytest.mark.parametrize("folder_has_book", [True, False], ids=["book", "no book"])
def test_serving_ends_cleanly(folder, tmp_path, folder_has_book):
    if not folder_has_book:
        (folder / "index.html").unlink()
    command = [sys.executable, str(ROOT / "tools" / "serve.py"), "--port", "18090"]
    process = subprocess.Popen(
        [*command, "--folder", str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),  # as in a background job
    )
    try:
        if folder_has_book:
            assert process.stdout is not None
            assert re.search(r"http://127\.0\.0\.1:\d+/", process.stdout.readline())
            time.sleep(0.1)
            process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=10)
    finally:
        process.kill()
        process.communicate()
    assert "Traceback" not in err
    assert process.returncode == (0 if folder_has_book else 1)
    assert "make html" in err or folder_has_book


def test_the_pins_hold_hashes_and_no_address():
    text = (ROOT / "requirements" / "environment.txt").read_text("utf8")
    assert "://" not in text
    assert "torch" not in text
    pins = re.findall(r"^([a-zA-Z0-9_.-]+)==.*((?:\n    --hash=sha256:\w+.*)+)", text, re.MULTILINE)
    named = re.findall(r"^\w.*==", text, re.MULTILINE)
    assert len(pins) == len(named) > 100


def test_every_direct_pin_is_in_the_lock():
    lock = (ROOT / "requirements" / "environment.txt").read_text("utf8")
    wanted = (ROOT / "requirements" / "environment.in").read_text("utf8")
    for pin in re.findall(r"^\w\S+==\S+$", wanted, re.MULTILINE):
        assert f"\n{pin} " in lock, pin


def test_the_formula_lock_holds_hashes_and_no_address():
    lock = ROOT / "book" / "_ext" / "package-lock.json"
    assert "://" not in lock.read_text("utf8")
    packages = json.loads(lock.read_text("utf8"))["packages"]
    assert all("integrity" in package for name, package in packages.items() if name)


def test_an_old_python_is_refused_with_a_plain_sentence(tmp_path):
    source = (ROOT / "tools" / "setup_env.py").read_text("utf8").replace("(3, 11)", "(3, 99)")
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / "setup_env.py").write_text(source, "utf8")
    command = [sys.executable, str(tmp_path / "tools" / "setup_env.py")]
    done = subprocess.run(command, capture_output=True, text=True, env=dict(os.environ))
    assert done.returncode == 1
    assert "Python 3.99 or newer is needed" in done.stderr
