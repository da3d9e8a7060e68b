"""What can be asked of any figure on a page: is it what Python drew, can it be read and reached."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page

PROBES = Path(__file__).with_suffix(".js").read_text("utf8")
CONTROLS = "button, input, select"
CONTRAST = 4.5


def ask(page: Page, what: str, *given: object, nth: int = 0) -> Any:
    """Return what a function of probes.js says of one figure of the page."""
    probe = f"(root, given) => {PROBES.strip()}.{what}(root, ...given)"
    return root_of(page, nth).evaluate(probe, list(given))


def is_as_drawn(
    page: Page, markup: str, nth: int = 0, *, after: str = "", live: bool = False
) -> None:
    """Assert that a figure of the page is what Python drew, but for `disabled`.

    Live, with a kernel, a slider may have more places than a page can offer.
    """
    found = ask(page, "differences", markup, live, nth=nth)
    assert not found, "\n".join([after, *found])


def is_legible(page: Page, least_px: float, nth: int = 0) -> None:
    """Assert of every text in sight that it has contrast with what is under it, and is large."""
    found = ask(page, "texts", nth=nth)
    assert found, "no text is in sight"
    faint = {f"{t['text']}: {t['contrast']:.2f}" for t in found if t["contrast"] < CONTRAST}
    small = {f"{t['text']}: {t['size']:.1f} px" for t in found if t["size"] < least_px - 0.01}
    assert not faint, f"contrast below {CONTRAST}: {sorted(faint)}"
    assert not small, f"smaller than {least_px} px: {sorted(small)}"


def root_of(page: Page, nth: int = 0) -> Locator:
    """Return a figure of the page."""
    return page.locator(".rnnw").nth(nth)


def controls(page: Page, nth: int = 0) -> list[Locator]:
    """Return the controls of a figure that can be seen."""
    return [c for c in root_of(page, nth).locator(CONTROLS).all() if c.is_visible()]


def movable(page: Page, nth: int = 0) -> list[Locator]:
    """Return the controls that can be operated, of radio buttons those that are chosen.

    Those that may hide others, as a choice of the view does, come last.
    """
    order = ["range", "select-one", "checkbox", "radio"]
    found: list[tuple[int, Locator]] = []
    for control in controls(page, nth):
        kind = control.evaluate("e => e.type")
        chosen = kind != "radio" or control.is_checked()
        if chosen and control.is_enabled() and control.get_attribute("data-do") != "play":
            found.append((order.index(kind) if kind in order else len(order), control))
    return [control for _, control in sorted(found, key=lambda pair: pair[0])]


def operate(control: Locator) -> bool:
    """Move a control by one place, by keyboard; return whether that was still possible."""
    if not (control.is_visible() and control.is_enabled()):
        return False
    kind = control.evaluate("e => e.type")
    if kind in ("range", "select-one"):
        before = control.input_value()
        keys = ("ArrowRight", "ArrowLeft") if kind == "range" else ("ArrowDown", "ArrowUp")
        control.press(keys[0])
        if control.input_value() == before:
            control.press(keys[1])
        assert control.input_value() != before, control.evaluate("e => e.outerHTML")
    else:
        control.press({"radio": "ArrowRight", "checkbox": "Space"}.get(kind, "Enter"))
    return True


def stops(page: Page) -> list[dict[str, Any]]:
    """Press Tab through the page's one figure; return what had the focus, in order."""
    page.locator("body").press("Tab")
    found: list[dict[str, Any]] = []
    while (focused := ask(page, "focused")) and len(found) < 60:
        found.append(focused)
        page.keyboard.press("Tab")
    return found
