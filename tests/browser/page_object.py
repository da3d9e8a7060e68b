"""A gate stepper in a browser, as a reader meets it: what it shows and what can be done with it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Locator, Page

NUMBERS = """root => {
  const seen = {};
  for (const node of root.querySelectorAll("[data-n]"))
    (seen[node.dataset.n] ??= new Set()).add(node.textContent.replace(/[()]/g, ""));
  for (const key in seen) seen[key] = [...seen[key]].join(" | ");
  return seen;
}"""
# Every step of one unit by the forward button, as fast as the page can go.
WALK = f"""root => {{
  const numbers = {NUMBERS}, next = root.querySelector("[data-do=next]");
  const last = +root.querySelector("[data-do=time]").max, all = [numbers(root)];
  for (let t = 0; t < last; t++) {{ next.click(); all.push(numbers(root)); }}
  return all;
}}"""
CONTRASTS = """root => {
  const channels = (text) => text.match(/[\\d.]+/g).slice(0, 3).map(Number);
  const curve = (c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  const luminance = (text) => { const [r, g, b] = channels(text).map((c) => curve(c / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const paper = luminance(getComputedStyle(root).backgroundColor), found = {};
  const walk = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const node = walk.currentNode.parentElement, style = getComputedStyle(node);
    if (!walk.currentNode.data.trim() || node.closest("noscript, title")) continue;
    const colour = node instanceof SVGElement ? style.fill : style.color, ink = luminance(colour);
    found[colour] = (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
  }
  return found;
}"""


class Stepper:
    """One figure on a page."""

    def __init__(self, page: Page, nth: int = 0) -> None:
        self.page = page
        self.root: Locator = page.locator(".rnnw").nth(nth)
        self.slider = self.root.get_by_role("slider", name="Time step")
        self.unit_choice = self.root.get_by_role("combobox", name="Unit")
        self.score = self.root.locator(".rnnw-scroll")

    def button(self, name: str) -> Locator:
        return self.root.get_by_role("button", name=name)

    def numbers(self) -> dict[str, str]:
        """Return every number on the screen; those that disagree with themselves are joined."""
        return self.root.evaluate(NUMBERS)

    def walk(self) -> list[dict[str, str]]:
        """Return the numbers of every step of the present unit."""
        self.slider.press("Home")
        return self.root.evaluate(WALK)

    def contrasts(self) -> dict[str, float]:
        """Return the contrast with the paper of every text colour in use."""
        return self.root.evaluate(CONTRASTS)

    def play(self, steps: int) -> None:
        """Press play and let as much time pass as so many steps take."""
        self.page.clock.install(time=0)
        self.page.clock.pause_at(3_600_000)  # from here on time passes only when it is told to
        self.button("Play").click()
        self.page.clock.run_for(500 * steps + 50)

    @property
    def t(self) -> int:
        return int(self.slider.input_value())

    @property
    def unit(self) -> int:
        return int(self.unit_choice.input_value())

    @property
    def read_aloud(self) -> bool:
        """Whether a screen reader is to read each new step."""
        return self.root.locator(".rnnw-saying").get_attribute("aria-live") == "polite"

    @property
    def sentence(self) -> str:
        return self.root.locator(".rnnw-saying").inner_text()


@contextmanager
def opened(browser: Browser, address: str, **options: Any) -> Iterator[Page]:
    """Open an address in a context of its own; allow no other host and no console message."""
    context = browser.new_context(**options)
    page, noise = context.new_page(), []
    origin = address.split("://")[0] + "://" + address.split("://")[1].split("/")[0]

    def only_here(route: Any) -> None:
        if route.request.url.startswith((origin, "data:")):
            route.continue_()
        else:
            noise.append(f"asked for {route.request.url}")
            route.abort()

    context.route("**/*", only_here)
    page.on("console", lambda message: noise.append(message.text))
    page.on("pageerror", lambda error: noise.append(str(error)))
    if options.get("java_script_enabled", True):  # without it Chromium drops preloaded scripts
        page.on("requestfailed", lambda request: noise.append(f"failed: {request.url}"))
    page.on("response", lambda r: r.status >= 400 and noise.append(f"{r.status}: {r.url}"))
    page.goto(address)
    yield page
    context.close()
    assert noise == [], noise
