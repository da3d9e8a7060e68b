"""A student in front of a browser, without the browser: opens a link, runs a notebook, saves it.

It asks the hub for what JupyterLab would ask for, in the same order: the link, the login form, the
wait for the server, the pull, the notebook, a kernel, and one cell after the other.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import parse_qs, urlsplit

import requests
import websocket

PATIENCE = 180  # seconds for a server to start, for a cell to run
LOOPBACK = "127.0.0.1"


class Student:
    """One name, one browser session, one server; `seconds` keeps how long each step took."""

    def __init__(self, hub: str, name: str, password: str) -> None:
        if urlsplit(hub).hostname != LOOPBACK:
            raise ValueError(f"hub: {hub!r}; simulated students go to {LOOPBACK} alone")
        self.hub, self.name, self.password = hub, name, password
        self.server = f"{hub}/user/{name}"
        self.web = requests.Session()
        self.web.trust_env = False  # no proxy stands between this machine and itself
        self.seconds: dict[str, float] = {}

    @contextmanager
    def timed(self, step: str) -> Iterator[None]:
        """Keep how long a step takes."""
        start = time.monotonic()
        yield
        self.seconds[step] = time.monotonic() - start

    def open(self, link: str) -> None:
        """Open a link that pulls: log in, wait until the server has started, pull."""
        with self.timed("server"):
            page = self._page(link)
            if urlsplit(page.url).path == "/hub/login":
                page = self._log_in(page)
            until = time.monotonic() + PATIENCE
            while urlsplit(page.url).path != f"/user/{self.name}/git-pull":
                if time.monotonic() > until:
                    raise TimeoutError(f"{self.name}: no server after {PATIENCE} s: {page.url}")
                time.sleep(1)
                page = self._page(link)
        with self.timed("pull"):
            self._pull(link)

    def _page(self, address: str) -> requests.Response:
        page = self.web.get(address, timeout=PATIENCE)
        # While a server starts, the hub shows its own page in that server's place.
        if page.status_code not in (200, 424, 503):
            page.raise_for_status()
        return page

    def _log_in(self, page: requests.Response) -> requests.Response:
        form = {"username": self.name, "password": self.password}
        form["_xsrf"] = self.web.cookies.get("_xsrf", path="/hub/")
        page = self.web.post(page.url, data=form, timeout=PATIENCE)
        if page.status_code == 403:
            raise PermissionError(f"{self.name}: the hub refuses this name or password")
        page.raise_for_status()
        return page

    def _pull(self, link: str) -> None:
        """Ask nbgitpuller to pull, as its page does, and read what it reports."""
        wanted = {name: values[0] for name, values in parse_qs(urlsplit(link).query).items()}
        if "targetPath" in wanted:
            wanted["targetpath"] = wanted.pop("targetPath")
        wanted.setdefault("targetpath", wanted["repo"].rstrip("/").split("/")[-1])
        wanted.pop("urlpath", None)
        address = f"{self.server}/git-pull/api"
        with self.web.get(address, params=wanted, stream=True, timeout=PATIENCE) as events:
            events.raise_for_status()
            said = [json.loads(line[6:]) for line in events.iter_lines() if line[:6] == b"data: "]
        if not said or said[-1]["phase"] != "finished":
            raise RuntimeError(f"{self.name}: the pull failed: {said[-3:]}")

    def ask(self, method: str, what: str, body: object = None) -> dict:
        """Send a request to the student's server; return what it answers."""
        token = self.web.cookies.get("_xsrf", path=f"/user/{self.name}/")
        answer = self.web.request(
            method,
            f"{self.server}/api/{what}",
            json=body,
            headers={"X-XSRFToken": token},
            timeout=PATIENCE,
        )
        answer.raise_for_status()
        return answer.json() if answer.content else {}

    def read(self, path: str) -> dict:
        """Return a notebook from the student's folder."""
        return self.ask("GET", f"contents/{path}")["content"]

    def save(self, path: str, notebook: dict) -> None:
        """Save a notebook in the student's folder."""
        model = {"type": "notebook", "format": "json", "content": notebook}
        self.ask("PUT", f"contents/{path}", model)

    def run(self, path: str) -> dict[str, str]:
        """Run every cell of a notebook in a new kernel; return the errors by the cells' names."""
        cells = [cell for cell in self.read(path)["cells"] if cell["cell_type"] == "code"]
        with self.timed("kernel"):
            wanted = {"path": path, "type": "notebook", "name": path, "kernel": {"name": "python3"}}
            kernel = self.ask("POST", "sessions", wanted)["kernel"]["id"]
            channel = self._channel(kernel)
            self._execute(channel, "")
        with self.timed("cells"):
            errors = {cell["id"]: self._execute(channel, _text(cell)) for cell in cells}
        channel.close()
        return {name: error for name, error in errors.items() if error}

    def _channel(self, kernel: str) -> websocket.WebSocket:
        """Open the socket over which JupyterLab talks with a kernel."""
        address = f"{self.server}/api/kernels/{kernel}/channels"
        request = requests.Request("GET", address)
        cookies = self.web.prepare_request(request).headers["Cookie"]
        return websocket.create_connection(
            address.replace("http", "ws", 1), cookie=cookies, timeout=PATIENCE
        )

    def _execute(self, channel: websocket.WebSocket, code: str) -> str:
        """Run one cell; return its error, or nothing."""
        name = uuid.uuid4().hex
        header = {
            "msg_id": name,
            "msg_type": "execute_request",
            "session": name,
            "username": self.name,
            "version": "5.3",
        }
        content = {"code": code, "silent": False, "store_history": True, "stop_on_error": False}
        message = {"header": header, "parent_header": {}, "metadata": {}, "content": content}
        channel.send(json.dumps({**message, "channel": "shell", "buffers": []}))
        error, replied, idle = "", False, False
        while not (replied and idle):
            told = _message(channel)
            if told["parent_header"].get("msg_id") != name:
                continue
            if told["msg_type"] == "error":
                error = f"{told['content']['ename']}: {told['content']['evalue']}"
            replied |= told["msg_type"] == "execute_reply"
            idle |= told["msg_type"] == "status" and told["content"]["execution_state"] == "idle"
        return error

    def leave(self) -> None:
        """End the kernels; the server stays, as it does when a student closes the tab."""
        for session in self.ask("GET", "sessions"):
            self.ask("DELETE", f"sessions/{session['id']}")


def _text(cell: dict) -> str:
    """Return a cell's source, which a notebook may keep in lines."""
    return "".join(cell["source"])


def _message(channel: websocket.WebSocket) -> dict:
    """Return the next message of a kernel; one with buffers begins with where its parts lie."""
    told = channel.recv()
    if isinstance(told, str):
        return json.loads(told)
    parts = int.from_bytes(told[:4], "big")
    at = [int.from_bytes(told[4 * i : 4 * i + 4], "big") for i in range(1, parts + 1)]
    return json.loads(told[at[0] : at[1]] if parts > 1 else told[at[0] :])
