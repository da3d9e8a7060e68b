"""What the markup of a gate stepper holds."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

from rnn_core.widgets import GateStepper


class Hooks(HTMLParser):
    """Collects, by key, the texts of the elements with an attribute, ``data-n`` if not given."""

    def __init__(self, markup: str, attribute: str = "data-n") -> None:
        super().__init__()
        self.texts: dict[str, set[str]] = {}
        self.key, self.attribute = "", attribute
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.key = dict(attrs).get(self.attribute) or ""

    def handle_data(self, data: str) -> None:
        if self.key:
            self.texts.setdefault(self.key, set()).add(data.strip("()"))
            self.key = ""


def state_of(widget: GateStepper) -> dict:
    """Return what the static page is given."""
    return json.loads(
        re.search(r'<script type="application/json">(.*?)</script>', widget.html())[1]
    )
