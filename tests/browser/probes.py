"""What can be asked of any figure on a page: is it what Python drew, can it be read and reached."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page

PROBES = Path(__file__).with_suffix(".js").read_text("utf8")
CONTROLS = "button, input, select"


def ask(page: Page, what: str, *given: object, nth: int = 0) -> Any:
    """Return what a function of probes.js says of one figure of the page."""
    probe = f"(root, given) => {PROBES.strip()}.{what}(root, ...given)"
    return root_of(page, nth).evaluate(probe, list(given))


def is_as_drawn(page: Page, markup: str, nth: int = 0, after: str = "") -> None:
    """Assert that a figure of the page is what Python drew, but for `disabled`."""
    found = ask(page, "differences", markup, nth=nth)
    assert not found, "\n".join([after, *found])


def root_of(page: Page, nth: int = 0) -> Locator:
    """Return a figure of the page."""
    return page.locator(".rnnw").nth(nth)


def controls(page: Page, nth: int = 0) -> list[Locator]:
    """Return the controls of a figure that can be seen."""
    return [c for c in root_of(page, nth).locator(CONTROLS).all() if c.is_visible()]


def operate(control: Locator) -> None:
    """Move a control by one place, by keyboard."""
    kind = control.evaluate("e => e.type")
    if kind in ("range", "select-one"):
        before = control.input_value()
        keys = ("ArrowRight", "ArrowLeft") if kind == "range" else ("ArrowDown", "ArrowUp")
        control.press(keys[0])
        if control.input_value() == before:
            control.press(keys[1])
        assert control.input_value() != before
    else:
        control.press({"radio": "ArrowRight", "checkbox": "Space"}.get(kind, "Enter"))


def movable(page: Page, nth: int = 0) -> list[Locator]:
    """Return the controls that can be operated: of radio buttons, those that are chosen."""
    found = [c for c in controls(page, nth) if c.is_enabled()]
    found = [c for c in found if c.get_attribute("data-do") != "play"]
    return [c for c in found if c.get_attribute("type") != "radio" or c.is_checked()]


def stops(page: Page) -> list[dict[str, Any]]:
    """Press Tab through the page's one figure; return what had the focus, in order."""
    page.locator("body").press("Tab")
    found: list[dict[str, Any]] = []
    while (focused := ask(page, "focused")) and len(found) < 60:
        found.append(focused)
        page.keyboard.press("Tab")
    return found
