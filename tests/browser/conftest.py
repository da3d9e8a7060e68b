"""Pages with a gate stepper on them, for the static host and for Jupyter's."""

from __future__ import annotations

import functools
import http.server
import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from rnn_core.widgets import GateStepper, front_end
from tests.browser.page_object import Stepper, opened
from tests.stepper_case import stepper

HEAD = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A test</title>
<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">
<link rel="stylesheet" href="style.css"></head><body style="margin: 12px"><main>"""
# What anywidget gives a module: a model with get, set, save_changes, on and off.
LIVE = """<div id="host"></div><script type="module">
import widget from "./module.js";
const state = %s, listeners = {};
window.saved = [];
window.model = {
  get: (name) => state[name],
  set: (name, value) => {
    if (state[name] === value) return;
    state[name] = value;
    for (const call of listeners["change:" + name] ?? []) call();
  },
  save_changes: () => window.saved.push({ t: state.t, unit: state.unit, shown: state.shown }),
  on: (event, call) => (listeners[event] ??= []).push(call),
  off: (event, call) => (listeners[event] = listeners[event].filter((other) => other !== call)),
};
window.heard = () => Object.values(listeners).flat().length;
window.remove = widget.render({ model, el: document.getElementById("host") });
</script>"""


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files and says nothing."""

    def log_message(self, *args: object) -> None:
        """Stay silent."""


def live(widget: GateStepper) -> str:
    """Return a page's part that runs the module as Jupyter does."""
    names = ("data", "markup", "t", "unit", "shown")
    state = json.dumps({name: getattr(widget, name) for name in names}).replace("<", "\\u003c")
    return LIVE % state


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the pages: one figure, two figures, and one figure in Jupyter's host."""
    folder = tmp_path_factory.mktemp("site")
    pages = {
        "one": stepper().html() + '<script src="widgets.js"></script>',
        "two": stepper().html()
        + stepper(seed=1, shown="f").html()
        + '<script src="widgets.js"></script>',
        "live": live(stepper()),
    }
    for name, body in pages.items():
        (folder / f"{name}.html").write_text(f"{HEAD}{body}</main></body></html>", "utf8")
    (folder / "style.css").write_text(front_end.stylesheet(), "utf8")
    (folder / "widgets.js").write_text(front_end.classic_script(), "utf8")
    (folder / "module.js").write_text(front_end.module("gate_stepper"), "utf8")
    return folder


@pytest.fixture(scope="session")
def address(site: Path) -> Iterator[str]:
    """Serve the pages; return the address, without a slash at the end."""
    handler = functools.partial(Quiet, directory=site)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def show(browser: Browser, address: str, site: Path) -> Iterator[Callable[..., Page]]:
    """Return a function that opens one of the pages: `show("one", width=360, …)`."""
    from contextlib import ExitStack

    with ExitStack() as stack:

        def show(name: str, width: int = 900, host: str = "http", **options: object) -> Page:
            where = site.as_uri() if host == "file" else address
            options = {"viewport": {"width": width, "height": 1400}} | options
            return stack.enter_context(opened(browser, f"{where}/{name}.html", **options))

        yield show


@pytest.fixture(params=["http", "file", "live"])
def figure(request: pytest.FixtureRequest, show: Callable[..., Page]) -> Stepper:
    """Return the same figure over http, from a disk, and as Jupyter runs it."""
    page = show("live") if request.param == "live" else show("one", host=request.param)
    found = Stepper(page)
    found.slider.wait_for()
    return found
