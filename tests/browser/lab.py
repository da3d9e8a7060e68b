"""JupyterLab in a browser: its server with a home of its own, and one open notebook."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
from nbformat import v4
from playwright.sync_api import Browser, Page

ROOT = Path(__file__).resolve().parent.parent.parent
SETTINGS = {
    # Every cell stays on the page, as if the screen were long enough for all.
    "notebook-extension/tracker": {"windowingMode": "none"},
    "docmanager-extension/plugin": {"autosave": False},
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
}
OPTIONS = {
    "ServerApp.port": 0,
    "ServerApp.ip": "127.0.0.1",
    "IdentityProvider.token": "a-test",
    "LabApp.extension_manager": "readonly",
    "LabApp.news_url": None,
    "LabApp.check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
}
START_SECONDS = 60
# The last cell is the one to try things in; it runs as if its reader had pressed Shift-Enter.
RUN = """async (code) => {
  const { commands, shell } = jupyterapp, notebook = shell.currentWidget.content;
  const cell = notebook.widgets.at(-1);
  cell.model.sharedModel.setSource(code);
  notebook.activeCellIndex = notebook.widgets.length - 1;
  await commands.execute("notebook:run-cell");
  return cell.model.outputs.toJSON();
}"""
STANDS = """() => {
  const { activeCellIndex, mode, widgets } = jupyterapp.shell.currentWidget.content;
  return [activeCellIndex, mode, widgets.length];
}"""


class Notebook:
    """An open notebook whose cells have run."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.noise: list[str] = []

    def command(self, name: str, **given: object) -> None:
        """Give JupyterLab a command and wait until it is done."""
        self.page.evaluate(
            "([name, given]) => jupyterapp.commands.execute(name, given)", [name, given]
        )

    def run(self, code: str) -> str:
        """Run code in a cell; return what it prints."""
        outputs: list[dict[str, Any]] = self.page.evaluate(RUN, code)
        wrong = [output for output in outputs if output["output_type"] == "error"]
        assert not wrong, "\n".join(wrong[0]["traceback"])
        return "".join(out["text"] for out in outputs if out.get("name") == "stdout").rstrip("\n")

    def stands(self) -> list[object]:
        """Return the place of the selected cell, the mode and the number of cells."""
        return self.page.evaluate(STANDS)


def write_notebook(path: Path, *cells: str) -> None:
    """Write a notebook with these cells and an empty one."""
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = v4.new_notebook(metadata={"kernelspec": kernel})
    notebook.cells = [v4.new_code_cell(source) for source in [*cells, ""]]
    nbformat.write(notebook, path)


def _homes(folder: Path) -> dict[str, str]:
    """Return an environment in which nothing of this machine's Jupyter is read or written."""
    jupyter = {f"JUPYTER_{name}_DIR": name.lower() for name in ("CONFIG", "DATA", "RUNTIME")}
    lab = {"JUPYTERLAB_SETTINGS_DIR": "settings", "JUPYTERLAB_WORKSPACES_DIR": "workspaces"}
    places = jupyter | lab | {"IPYTHONDIR": "ipython"}
    return os.environ | {name: str(folder / place) for name, place in places.items()}


@contextmanager
def served_lab(folder: Path) -> Iterator[str]:
    """Start JupyterLab with `folder`/notebooks as its root; yield its address."""
    for name, values in SETTINGS.items():
        path = folder / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(values), "utf8")
    options = {"ServerApp.root_dir": folder / "notebooks"} | OPTIONS
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
    command += [
        "--expose-app-in-browser",
        *(f"--{name}={value}" for name, value in options.items()),
    ]
    log = folder / "log"
    with (
        log.open("wb") as out,
        subprocess.Popen(
            command, env=_homes(folder), cwd=folder / "notebooks", stdout=out, stderr=out
        ) as server,
    ):
        try:
            yield _address(folder / "runtime", server, log)
        finally:
            server.terminate()


def _address(runtime: Path, server: subprocess.Popen[bytes], log: Path) -> str:
    """Wait until the server says where it is."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and server.poll() is None:
        for path in runtime.glob("jpserver-*.json"):
            if text := path.read_text("utf8"):
                return f"http://127.0.0.1:{json.loads(text)['port']}"
        time.sleep(0.05)
    raise RuntimeError(f"JupyterLab does not start:\n{log.read_text('utf8')}")


@contextmanager
def opened_notebook(browser: Browser, address: str, name: str) -> Iterator[Notebook]:
    """Open a notebook and run it; note requests to other hosts, and the console while it runs."""
    context = browser.new_context(viewport={"width": 1280, "height": 2400}, reduced_motion="reduce")
    notebook = Notebook(context.new_page())
    page, noise = notebook.page, notebook.noise

    def only_here(route) -> None:
        if route.request.url.startswith((address, "data:", "blob:")):
            route.continue_()
        else:
            noise.append(f"asked for {route.request.url}")
            route.abort()

    page.route("**/*", only_here)
    page.goto(f"{address}/lab/tree/{name}?token={OPTIONS['IdentityProvider.token']}")
    page.wait_for_function("window.jupyterapp?.shell.currentWidget?.content?.widgets?.length")
    page.evaluate("jupyterapp.shell.currentWidget.sessionContext.ready")
    # From here on; on a busy machine JupyterLab complains of its own start.
    page.on("pageerror", lambda error: noise.append(str(error)))
    page.on("console", lambda m: m.type in ("error", "warning") and noise.append(m.text))
    notebook.command("notebook:run-all-cells")
    yield notebook
    context.close()
