"""Build the book and prove that it came out: warnings are errors, every page of the toc exists.

    python tools/build_book.py [--source DIR] [--output DIR]

The pages land in _build/html. The exit code is 0 only when all of them did.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import offline
import slides
from sphinx_external_toc.parsing import parse_toc_yaml

ROOT = Path(__file__).resolve().parent.parent
MADE_BY_SPHINX = {"index.html", "search.html", "genindex.html"}


def toc_pages(source: Path) -> list[str]:
    """Return the pages that the toc names, without suffix, in its order."""
    return list(parse_toc_yaml(source / "_toc.yml"))


def run_jupyter_book(source: Path, output: Path) -> int:
    """Run Jupyter Book so that it fails on every warning; return its exit code."""
    code = "from jupyter_book.cli.main import main; main()"
    command = [sys.executable, "-c", code, "build", str(source), "--path-output", str(output)]
    flags = ["-W", "-n", "--keep-going", "--quiet"]
    # The book uses the package that lies beside it, whatever else is installed.
    path = os.pathsep.join(filter(None, [str(source), os.environ.get("PYTHONPATH")]))
    environment = {**os.environ, "PYTHONPATH": path}
    return subprocess.run([*command, *flags], env=environment, cwd=source).returncode


def missing_pages(source: Path, html: Path) -> list[str]:
    """Return the toc's pages that did not come out or came out empty."""
    files = {page: html / f"{page}.html" for page in toc_pages(source)}
    return [page for page, file in files.items() if not file.is_file() or not file.stat().st_size]


def drop_stale_pages(source: Path, html: Path) -> None:
    """Remove what earlier builds left: pages the toc no longer names, reports of failures."""
    shutil.rmtree(html / "reports", ignore_errors=True)
    wanted = MADE_BY_SPHINX | {f"{page}.html" for page in toc_pages(source)}
    for file in html.rglob("*.html"):
        if file.relative_to(html).as_posix() not in wanted:
            file.unlink()


def build(source: Path, output: Path) -> int:
    """Build a book; return 0 when every page came out without a warning."""
    start = time.monotonic()
    built = output / "_build"
    complete = built / "complete"
    if not complete.is_file():
        # Sphinx warns about a page only when it reads it, so after a build that failed or was
        # stopped it must read all again. Executed notebooks stay in their cache.
        shutil.rmtree(built / ".doctrees", ignore_errors=True)
    complete.unlink(missing_ok=True)
    code = run_jupyter_book(source, output)
    missing = missing_pages(source, built / "html")
    for page in missing:
        print(f"book: the page {page} of _toc.yml did not come out", file=sys.stderr)
    if code or missing:
        print("book: the build failed; the messages above say where", file=sys.stderr)
        return 1
    drop_stale_pages(source, built / "html")
    try:
        slides.write(built / "html", source / "book")
    except ValueError as error:
        print(f"book: slides: {error}", file=sys.stderr)
        return 1
    if source == ROOT:
        import downloads  # it reads this module

        downloads.write(built / "html")
    offline.write(built / "html")
    complete.touch()
    pages, seconds = len(toc_pages(source)), time.monotonic() - start
    print(f"book: {pages} pages in {built / 'html'}, built in {seconds:.0f} s")
    return 0


def main() -> None:
    """Read the command line and build."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--source", type=Path, default=ROOT, help="folder of _toc.yml")
    parser.add_argument("--output", type=Path, help="folder to make _build in")
    arguments = parser.parse_args()
    source = arguments.source.resolve()
    raise SystemExit(build(source, (arguments.output or source).resolve()))


if __name__ == "__main__":
    main()
