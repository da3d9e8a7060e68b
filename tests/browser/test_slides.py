"""The slides in a real browser, from the disk: they fit, step, print, and can be read."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import lecture as files
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from pypdf import PdfReader

from tests.browser.test_book import DESK, PHONE, opened

pytestmark = pytest.mark.browser
LECTURES = {lecture.name: lecture for lecture in files.lectures()}
SCREEN = {"width": 1280, "height": 720}
# What of a slide is shown smaller than this cannot be read from the last row.
SMALLEST = 0.5
# Text in the drawing of a live figure is at least as large, on a screen of 1280 × 720.
LEGIBLE = 12
TINY = """slide => [...slide.querySelectorAll(".rnnw svg text, .rnnw svg tspan")]
  .filter((e) => e.checkVisibility() && e.getBoundingClientRect().width
    && [...e.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
  .map((e) => [e.textContent, parseFloat(getComputedStyle(e).fontSize) * e.getScreenCTM().d])
  .filter(([, size]) => size < %s)"""
AT = "() => Reveal.getIndices().h"
# Every frame and what stands in it, each on its own slide: what sticks out, what is tiny or empty.
MISFITS = """slides => slides.flatMap((slide, number) => {
  const frame = slide.querySelector(".frame").getBoundingClientRect(), scale = frame.width / 1280;
  const name = `${number + 1}: ${slide.querySelector("h1, h2").textContent}`, found = [];
  const parts = "h1, h2, .from, .own, .part, .part > *, .exercise, pre, table:not(.rnnw *)";
  for (const e of slide.querySelectorAll(parts)) {
    const box = e.getBoundingClientRect();
    if (!box.width || !box.height) { found.push(`${name}: nothing of ${e.className}`); continue; }
    const out = Math.max(frame.left - box.left, box.right - frame.right, frame.top - box.top,
      box.bottom - frame.bottom) / scale;
    if (out > 1) found.push(`${name}: ${e.tagName} ${e.className} by ${out.toFixed(0)} px`);
    if (e.matches("pre, .part") && e.scrollWidth > e.clientWidth + 1)
      found.push(`${name}: ${e.className} is cut`);
  }
  const body = slide.querySelector(".body");
  const of = (e, name) => +e.style.getPropertyValue(name) || 1;
  const narrow = [...body.querySelectorAll(".part")].map((e) => of(e, "--narrow"));
  const zoom = of(body, "--zoom") * Math.min(1, ...narrow);
  if (body.scrollHeight > body.clientHeight + 1) found.push(`${name}: too tall`);
  if (zoom < %s) found.push(`${name}: shown at ${zoom}`);
  return found;
})"""


@pytest.fixture
def show(browser: Browser, built_book: Path) -> Iterator[Callable[..., tuple[Page, list[str]]]]:
    """Return a function that opens a lecture from the disk: `show("lstm", "?print-pdf", …)`."""
    with ExitStack() as stack:

        def show(name: str, query: str = "", **options: object) -> tuple[Page, list[str]]:
            address = (built_book / "slides" / f"{name}.html").as_uri() + query
            options = {"viewport": SCREEN} | options
            page, wrong = stack.enter_context(opened(browser, address, **options))
            if options.get("java_script_enabled", True) and options["viewport"] is not PHONE:
                page.wait_for_selector("html[data-ready]")
            return page, wrong

        yield show


def go(page: Page, number: int) -> None:
    """Go to a slide, counted from 0, with everything on it shown."""
    page.evaluate("number => Reveal.slide(number, 0, 99)", number)
    page.wait_for_function(f"() => Reveal.getIndices().h === {number}")


def with_widget(name: str) -> int:
    """Return the place of the first slide with a live figure; the title is slide 0."""
    slides = LECTURES[name].slides
    return 1 + next(n for n, s in enumerate(slides) if any(k == "widget" for k, _, _ in s.parts))


@pytest.mark.parametrize("name", LECTURES)
def test_a_lecture_opens_quietly_and_every_slide_fits(show, name):
    page, wrong = show(name, color_scheme="dark", reduced_motion="reduce")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert page.evaluate("Reveal.getConfig().transition") == "none"
    count = page.evaluate("Reveal.getTotalSlides()")
    assert count == len(LECTURES[name].slides) + 1
    misfits = []
    for number in range(count):
        go(page, number)
        found = page.locator("section.present").evaluate_all(MISFITS % SMALLEST)
        misfits += [fault.replace("1:", f"{number + 1}:", 1) for fault in found]
    assert misfits == []
    notes = page.locator("aside.notes").evaluate_all("all => all.map((e) => e.textContent.trim())")
    assert len(notes) == count
    assert all(len(note) > 40 for note in notes)
    assert f"{LECTURES[name].minutes:g} minutes" in notes[0]
    assert wrong == []


@pytest.mark.parametrize("name", LECTURES)
def test_a_lecture_prints_one_slide_a_page(show, name):
    page, wrong = show(name, "?print-pdf")
    slides = page.locator(".pdf-page > section")
    slides.first.wait_for()
    count = len(LECTURES[name].slides) + 1
    assert slides.count() == count
    assert slides.evaluate_all(MISFITS % SMALLEST) == []
    hidden = "all => all.filter((e) => getComputedStyle(e).opacity !== '1').length"
    assert page.locator(".fragment").evaluate_all(hidden) == 0
    pdf = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True, print_background=True)))
    assert len(pdf.pages) == count
    assert LECTURES[name].slides[-1].heading.split(",")[0] in pdf.pages[-1].extract_text()
    assert wrong == []


def test_notes_can_be_printed_on_pages_of_their_own(show):
    page, wrong = show("lstm", "?print-pdf&showNotes=separate-page")
    page.locator(".pdf-page > section").first.wait_for()
    assert page.locator(".speaker-notes-pdf").count() == len(LECTURES["lstm"].slides) + 1
    assert wrong == []


@pytest.mark.parametrize("name", LECTURES)
def test_a_lecture_reads_without_scripts_on_a_phone(show, name):
    page, wrong = show(name, java_script_enabled=False, viewport=PHONE)
    headings = page.locator("section > .frame :is(h1, h2)")
    assert headings.count() == len(LECTURES[name].slides) + 1
    places = headings.evaluate_all("all => all.map((e) => e.getBoundingClientRect().top)")
    assert places == sorted(set(places))
    assert all(heading.is_visible() for heading in headings.all())
    assert all(answer.is_visible() for answer in page.locator(".fragment").all())
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    notes = page.locator("aside.notes").nth(1)
    assert not notes.is_visible()
    page.locator("summary").nth(1).click()
    assert notes.is_visible()
    assert wrong == []


@pytest.mark.parametrize("name", LECTURES)
def test_a_live_figure_keeps_its_keys_and_gives_them_back(show, name):
    page, wrong = show(name)
    place = with_widget(name)
    go(page, place)
    figure = page.locator("section.present .rnnw")
    control = figure.locator("input[type=range]:visible").first
    before = control.input_value(), figure.inner_html()
    control.press(
        "ArrowRight" if float(before[0]) < float(control.get_attribute("max")) else "ArrowLeft"
    )
    assert control.input_value() != before[0]
    assert figure.inner_html() != before[1]
    assert page.evaluate(AT) == place
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.closest('.rnnw')") is None
    assert not page.evaluate("Reveal.isOverview()")
    page.keyboard.press("ArrowLeft")
    assert page.evaluate(AT) == place - 1 or page.evaluate("Reveal.getIndices().f") is not None
    go(page, place)
    control.focus()
    page.keyboard.press("PageUp")
    page.keyboard.press("PageUp")
    assert page.evaluate(AT) < place
    assert wrong == []


def with_arithmetic() -> list[tuple[str, int]]:
    """Return the slides, by lecture and place, whose live figure works something out."""
    kinds = {"concepts/lstm", "concepts/gru", "concepts/rnn", "math/bptt_rnn", "math/bptt_lstm"}
    return [
        (name, place)
        for name, lecture in LECTURES.items()
        for place, slide in enumerate(lecture.slides, 1)
        if slide.page in kinds and any(kind == "widget" for kind, _, _ in slide.parts)
    ]


@pytest.mark.parametrize("name", LECTURES)
def test_the_drawing_of_a_live_figure_can_be_read(show, name):
    page, wrong = show(name)
    for place, slide in enumerate(LECTURES[name].slides, 1):
        if any(kind == "widget" for kind, _, _ in slide.parts):
            go(page, place)
            tiny = page.locator("section.present").evaluate(TINY % LEGIBLE)
            assert tiny == [], slide.heading
    assert wrong == []


@pytest.mark.parametrize(("name", "place"), with_arithmetic())
def test_arithmetic_comes_on_request_and_makes_room_for_itself(show, name, place):
    page, wrong = show(name)
    go(page, place)
    slide = page.locator("section.present")
    button = slide.get_by_role("button", name="Arithmetic")
    sums = slide.locator(".rnnw-paper, .rnnw-gradient-of")
    drawing = slide.locator(".rnnw svg.rnnw-wide")
    large = drawing.bounding_box()["width"]
    assert not sums.is_visible()
    button.click()
    assert sums.is_visible()
    assert button.get_attribute("aria-expanded") == "true"
    assert drawing.bounding_box()["width"] < large
    assert slide.evaluate_all(MISFITS % SMALLEST) == []
    for key in ("Enter", "Space"):  # neither turns the slide
        is_shown = sums.is_visible()
        page.keyboard.press(key)
        assert sums.is_visible() != is_shown
        assert page.evaluate(AT) == place
    page.keyboard.press("a")
    assert not sums.is_visible()
    assert drawing.bounding_box()["width"] == pytest.approx(large, abs=1)
    assert wrong == []


@pytest.mark.parametrize("name", ["lstm", "gru"])
def test_a_held_gate_says_more_and_still_fits(show, name):
    page, wrong = show(name)
    place = with_widget(name)
    go(page, place)
    slide = page.locator("section.present")
    holds = slide.locator(".rnnw-holds label")
    for hold in (holds.last, holds.first):
        hold.click()
        page.wait_for_timeout(60)  # fitted again in the next frame
        assert slide.evaluate_all(MISFITS % SMALLEST) == []
        slide.get_by_role("button", name="Arithmetic").click()
    assert wrong == []


@pytest.mark.parametrize("viewport", [SCREEN, {"width": 1900, "height": 900}, DESK])
def test_the_mouse_meets_what_it_points_at(show, viewport):
    """Reveal scales the slides; the figure must still read the pointer where it is."""
    page, wrong = show("lstm", viewport=viewport)
    place = with_widget("lstm")
    go(page, place)
    figure = page.locator("section.present .rnnw")
    slider = figure.get_by_role("slider", name="Time step")
    box = slider.bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] / 2, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.75, middle, steps=4)
    page.mouse.up()
    last = int(slider.get_attribute("max"))
    assert abs(int(slider.input_value()) - 0.75 * last) <= 2
    # The text: a click on a character goes to that character.
    target = figure.locator(".rnnw-heat").bounding_box()
    seen = figure.locator(".rnnw-scroll").bounding_box()
    x = seen["x"] + 0.4 * seen["width"]
    page.mouse.click(x, target["y"] + target["height"] / 2)
    step = int((x - target["x"]) / target["width"] * (last + 1))
    assert int(slider.input_value()) == step
    assert page.evaluate(AT) == place
    assert wrong == []


def test_the_speaker_has_notes_and_the_next_slide_from_a_disk_too(show):
    page, wrong = show("lstm")
    with page.expect_popup() as popup:
        page.keyboard.press("s")
    speaker = popup.value
    notes = speaker.locator(".speaker-controls-notes")
    notes.get_by_text("minutes").first.wait_for()
    page.keyboard.press("ArrowRight")
    notes.get_by_text(LECTURES["lstm"].slides[0].say[:30]).wait_for()
    upcoming = speaker.frame_locator("#upcoming-slide iframe").locator("section.present h2")
    upcoming.get_by_text(LECTURES["lstm"].slides[1].heading).wait_for()
    assert wrong == []


@pytest.mark.parametrize("name", LECTURES)
def test_axe_finds_no_barrier(show, name):
    page, _ = show(name, color_scheme="light", reduced_motion="reduce")
    barriers = [(0, "all", fault) for fault in faults(page)]
    last = len(LECTURES[name].slides)
    for number in sorted({1, 4, with_widget(name), last - 1, last}):
        go(page, number)
        for theme in ("light", "dark"):
            page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
            barriers += [(number, theme, fault) for fault in faults(page, "section.present")]
    assert barriers == []


def faults(page: Page, part: str | None = None) -> list[str]:
    """Return what axe finds on a page, or in a part of it."""
    result = Axe().run(page, part).response
    assert result["passes"]
    return [f"{v['id']}: {v['nodes'][0]['html']}" for v in result["violations"]]


def test_dark_and_light_change_by_key(show):
    page, wrong = show("lstm", color_scheme="light")
    page.keyboard.press("d")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert wrong == []
