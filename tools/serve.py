"""Serve the built book on this machine only, until Ctrl-C.

python tools/serve.py [--port 8000]
"""

from __future__ import annotations

import argparse
import functools
import os
import signal
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

ROOT = Path(__file__).resolve().parent.parent
HTML = ROOT / "_build" / "html"
TRIES = 50


class BookHandler(SimpleHTTPRequestHandler):
    """Files with the right types, never from a browser's cache, and no log of each request."""

    # Named here because Windows reads the types from its registry, where .js is often wrong.
    extensions_map: ClassVar[dict[str, str]] = {
        **SimpleHTTPRequestHandler.extensions_map,
        ".css": "text/css",
        ".html": "text/html; charset=utf-8",
        ".ipynb": "application/x-ipynb+json",
        ".js": "text/javascript",
        ".json": "application/json",
        ".svg": "image/svg+xml",
        ".txt": "text/plain; charset=utf-8",
        ".woff2": "font/woff2",
    }

    def end_headers(self) -> None:
        """Ask the browser to fetch every page anew, since the next build may change it."""
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class BookServer(ThreadingHTTPServer):
    """A server that takes a port only when no other program listens on it."""

    # On Windows this would share a port with another program; elsewhere it only spares the wait
    # after an earlier server has ended.
    allow_reuse_address = os.name != "nt"
    daemon_threads = True


def open_server(folder: Path, port: int) -> BookServer:
    """Return a server on the first free port from the given one on; port 0 takes any."""
    handler = functools.partial(BookHandler, directory=str(folder))
    for candidate in range(port, port + TRIES):
        try:
            return BookServer(("127.0.0.1", candidate), handler)
        except OSError:
            continue
    raise SystemExit(f"serve: no free port between {port} and {port + TRIES - 1}")


def main() -> None:
    """Serve the book until the reader stops it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--folder", type=Path, default=HTML)
    arguments = parser.parse_args()
    if not (arguments.folder / "index.html").is_file():
        raise SystemExit("serve: there is no built book yet; run `make html` first")
    # A shell that starts this in the background has the signal ignored; Ctrl-C must still work.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with open_server(arguments.folder, arguments.port) as server:
        print(f"The book is at http://127.0.0.1:{server.server_port}/ (Ctrl-C ends it)", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print("\nThe book is closed.")


if __name__ == "__main__":
    main()
