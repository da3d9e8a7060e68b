"""What every figure is: data and a drawing, alive with a kernel and in a page without one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any, ClassVar

import anywidget
import traitlets

from rnn_core.files import file_path

from . import front_end

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<link rel="icon" href="data:,">
<style>
{style}
body {{ margin: 0 auto; padding: 1rem; max-width: 60rem; background: var(--rnn-paper); }}
</style>
</head>
<body>
<main>{figure}</main>
<script>
{script}</script>
</body>
</html>
"""


class Figure(anywidget.AnyWidget):
    """A figure that is drawn once, in Python, and that one script brings to life.

    A subclass names its script (`kind`), the traits that say how it stands (`stands`), and draws
    itself as it stands (`draw`). What it shows is in `data`, plain enough for JSON.
    """

    kind: ClassVar[str]
    stands: ClassVar[tuple[str, ...]]
    _css = front_end.stylesheet()
    data = traitlets.Dict().tag(sync=True)
    markup = traitlets.Unicode().tag(sync=True)
    live = traitlets.Bool(True).tag(sync=True)  # a page without a kernel has no such thing

    def __init__(self, data: Mapping[str, Any], label: str, **stands: Any) -> None:
        self.label = label
        super().__init__(data=data, **stands)
        self.markup = self.drawing()

    def draw(self) -> str:
        """Return the inside of the figure as it stands, as markup."""
        raise NotImplementedError

    def drawing(self) -> str:
        """Return the whole figure as it stands, as markup."""
        return (
            f'<div class="rnnw rnnw-{self.kind}" role="group" aria-label="{escape(self.label)}" '
            f'data-lm-suppress-shortcuts="true">{self.draw()}</div>'
        )

    def html(self) -> str:
        """Return the figure, as it stands, for a page without a kernel."""
        state = {"data": self.data} | {name: getattr(self, name) for name in self.stands}
        # "<" would end the script element early if it stood in the text.
        payload = json.dumps(state, separators=(",", ":"), ensure_ascii=False)
        payload = payload.replace("<", "\\u003c")
        return (
            f'<rnn-widget kind="{self.kind}"><script type="application/json">{payload}</script>'
            f"{self.drawing()}</rnn-widget>"
        )

    def save(self, path: str | Path, *, title: str = "") -> None:
        """Write the figure, as it stands, as one HTML file that needs nothing else.

        Parameters
        ----------
        path : str or Path
            An existing file is replaced.
        title : str
            The page's title; the figure's label, if not given.

        Raises
        ------
        TypeError, ValueError
            If `path` is no path, or a folder.
        """
        path = file_path("path", path)
        script = front_end.classic_script(self.kind).replace("</", "<\\/")
        page = PAGE.format(
            title=escape(title or self.label),
            style=front_end.stylesheet(),
            figure=self.html(),
            script=script,
        )
        path.write_text(page, "utf8")

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        data, metadata = super()._repr_mimebundle_(**kwargs) or ({}, {})
        return data | {"text/html": self.html()}, metadata
