"""Pages with figures on them, for the static host and for Jupyter's."""

from __future__ import annotations

import functools
import http.server
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from rnn_core.widgets import front_end
from rnn_core.widgets.base import Figure
from tests import figures
from tests.browser.page_object import Stepper, opened
from tests.stepper_case import stepper

HEAD = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A test</title>
<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">
<link rel="stylesheet" href="style.css"></head><body style="margin: 12px"><main>"""
# What anywidget gives a module: a model with get, set, save_changes, on and off.
LIVE = """<div id="host"></div><script type="module">
import widget from "./%s.js";
const state = %s, listeners = {};
window.saved = [];
window.model = {
  get: (name) => state[name],
  set: (name, value) => {
    if (state[name] === value) return;
    state[name] = value;
    for (const call of listeners["change:" + name] ?? []) call();
  },
  save_changes: () => window.saved.push(Object.fromEntries(%s.map((name) => [name, state[name]]))),
  on: (event, call) => (listeners[event] ??= []).push(call),
  off: (event, call) => (listeners[event] = listeners[event].filter((other) => other !== call)),
};
window.heard = () => Object.values(listeners).flat().length;
window.outside = []; // what listens outside the figure, which would outlive it
for (const target of [window, document]) {
  const { addEventListener, removeEventListener } = EventTarget.prototype;
  target.addEventListener = function (...given) {
    outside.push(given[0]);
    addEventListener.apply(target, given);
  };
  target.removeEventListener = function (...given) {
    outside.splice(outside.indexOf(given[0]), 1);
    removeEventListener.apply(target, given);
  };
}
window.remove = widget.render({ model, el: document.getElementById("host") });
</script>"""
NOT_OURS = {"layout", "tabbable", "tooltip"}  # traits that every ipywidget has


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files and says nothing."""

    def log_message(self, *args: object) -> None:
        """Stay silent."""


def live(widget: Figure, module: str = "module") -> str:
    """Return a page's part that runs the module as Jupyter does."""
    names = {name for name in widget.keys if not name.startswith("_")} - NOT_OURS
    state = {name: getattr(widget, name) for name in sorted(names)}
    return LIVE % (module, *(_json(what) for what in (state, list(widget.stands))))


def _json(value: object) -> str:
    return json.dumps(value).replace("<", "\\u003c")


def write_page(folder: Path, name: str, body: str) -> None:
    """Write a page that wears the figures' style sheet."""
    (folder / f"{name}.html").write_text(f"{HEAD}{body}</main></body></html>", "utf8")


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
        write_page(folder, name, body)
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
    with ExitStack() as stack:

        def show(name: str, width: int = 900, host: str = "http", **options: object) -> Page:
            where = site.as_uri() if host == "file" else address
            options = {"viewport": {"width": width, "height": 1400}} | options
            return stack.enter_context(opened(browser, f"{where}/{name}.html", **options))

        yield show


@pytest.fixture(scope="session")
def page_of(site: Path) -> Callable[..., str]:
    """Return a function that writes a page of figures, each kind made once, and names it."""
    pages: dict[tuple[object, ...], str] = {}

    @functools.cache
    def made(kind: str) -> Figure:
        return figures.case(kind).make()

    def write(kinds: tuple[str, ...], is_live: bool, changes: dict[str, object]) -> str:
        name = f"page-{len(pages)}"
        all_of_them = [figures.case(k).make(**changes) if changes else made(k) for k in kinds]
        if is_live:
            (kind,) = kinds
            (site / f"{name}.js").write_text(front_end.module(kind), "utf8")
            write_page(site, name, live(all_of_them[0], name))
        else:
            script = front_end.classic_script(kinds[0] if len(kinds) == 1 else "")
            (site / f"{name}.js").write_text(script, "utf8")
            body = "".join(figure.html() for figure in all_of_them)
            write_page(site, name, f'{body}<script src="{name}.js"></script>')
        return name

    def page_of(kinds: tuple[str, ...], is_live: bool, changes: dict[str, object]) -> str:
        key = (kinds, is_live, repr(sorted(changes.items())))
        if key not in pages:
            pages[key] = write(kinds, is_live, changes)
        return pages[key]

    return page_of


@pytest.fixture
def open_figure(show: Callable[..., Page], page_of: Callable[..., str]) -> Callable[..., Page]:
    """Return a function that opens a page of the figures of `tests.figures`, by their names.

    `open_figure("gate_stepper")` opens it over http; `host="file"` from a disk, `host="live"` as
    Jupyter runs it, with `window.model`, `window.saved`, `window.heard()` and `window.remove()`.
    `changes={"t": 2}` goes to `make`; further options are the browser's: `color_scheme="dark"`,
    `java_script_enabled=False`, … Any message on the console and any request to another host
    fails the test when the page closes.
    """

    def open_figure(
        *kinds: str,
        width: int = 900,
        host: str = "http",
        changes: dict[str, object] | None = None,
        **options: object,
    ) -> Page:
        return show(page_of(kinds, host == "live", changes or {}), width, host, **options)

    return open_figure


@pytest.fixture(params=["http", "file", "live"])
def figure(request: pytest.FixtureRequest, show: Callable[..., Page]) -> Stepper:
    """Return the same figure over http, from a disk, and as Jupyter runs it."""
    page = show("live") if request.param == "live" else show("one", host=request.param)
    found = Stepper(page)
    found.slider.wait_for()
    return found
