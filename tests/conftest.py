"""Fixtures that several tests share: the built book, a server for it, a browser."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import chromium as installed
import pytest
from filelock import FileLock

ROOT = Path(__file__).resolve().parent.parent


def build_book(source: Path) -> subprocess.CompletedProcess[str]:
    """Build the book in a folder as `make html` does; return its exit code and messages."""
    command = [sys.executable, str(ROOT / "tools" / "build_book.py"), "--source", str(source)]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf8")


@pytest.fixture(scope="session")
def built_book(worker_id: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the book, once for all processes of the tests; return the folder of its pages."""
    folder = tmp_path_factory.getbasetemp()
    if worker_id != "master":
        folder = folder.parent  # the folder of this run, in which each worker has its own
    with FileLock(folder / "book.lock"):
        if not (folder / "book.built").exists():
            done = build_book(ROOT)
            if done.returncode:
                said = f"{done.stdout}\n{done.stderr}"
                pytest.fail(f"the book does not build:\n{said}", pytrace=False)
            (folder / "book.built").touch()
    return ROOT / "_build" / "html"


@pytest.fixture(scope="session")
def served_book(built_book: Path) -> Iterator[str]:
    """Serve the built book on a free port; return its address, without a slash at the end."""
    import serve

    with serve.open_server(built_book, 0) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return the path of an installed Chromium.

    Where there is none the tests that need one are reported as not run; with REQUIRE_BROWSER=1,
    as in CI, they fail.
    """
    if path := installed.find():
        return path
    if os.environ.get("REQUIRE_BROWSER") == "1":
        pytest.fail(installed.MISSING, pytrace=False)
    pytest.skip(installed.MISSING)


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[object]:
    """Start Chromium once, driven by Playwright; each test opens its own pages in it."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=installed.FLAGS)
        yield browser
        browser.close()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say loudly when tests were not run because something is missing on this machine."""
    skipped = terminalreporter.stats.get("skipped", [])
    if skipped:
        title = f"NOT RUN: {len(skipped)} tests, because something is missing here (see above)"
        terminalreporter.write_sep("!", title, red=True, bold=True)
