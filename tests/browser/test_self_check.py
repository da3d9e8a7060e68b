"""Self-checks in a browser: by keyboard, without a script, to a screen reader, on a phone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import bank
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page

from tests.book.scratch import make_book, write_page, write_toc
from tests.browser.page_object import opened
from tests.conftest import build_book

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("small books")]

BOX = "## Check yourself\n\n:::{admonition} Questions\n:class: self-check\nText.\n:::"
# Two pages whose questions are of all four kinds.
PAGES = "concepts/lstm", "concepts/rnn"
PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 900}
ONE, SEVERAL, NUMBER, TRUTH = "lstm-stream", "lstm-hold", "lstm-share", "rnn-names"
ITEMS = {item.id: item for page in PAGES for item in bank.on_page(page)}


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build a book of the two pages, which hold nothing but their questions."""
    book = make_book(tmp_path_factory.mktemp("asked") / "book")
    (book / "book" / "concepts").mkdir()
    for page in PAGES:
        write_page(book, page, BOX)
    write_toc(book, *PAGES)
    done = build_book(book)
    assert done.returncode == 0, done.stderr
    return book / "_build" / "html"


@pytest.fixture
def show(browser: Browser, pages: Path) -> Iterator[Callable[..., Page]]:
    """Return a function that opens the page of an item from the disk.

    Any message and any request to elsewhere fails the test.
    """
    with ExitStack() as stack:

        def show(name: str, **options: object) -> Page:
            address = f"{pages.as_uri()}/book/{ITEMS[name].page}.html"
            return stack.enter_context(opened(browser, address, **options))

        yield show


def question(page: Page, name: str) -> Locator:
    return page.locator(f"#check-{name}")


def places(item: bank.Item, right: bool) -> list[int]:
    return [n for n, option in enumerate(item.options) if option.right == right]


def said(box: Locator) -> str:
    return box.get_by_role("status").inner_text()


def test_the_four_kinds_are_here():
    assert [ITEMS[name].kind for name in (ONE, SEVERAL, NUMBER, TRUTH)] == list(bank.KINDS)


def test_a_right_choice_is_called_right_and_a_wrong_one_has_its_own_reason(show):
    for name in (ONE, TRUTH):
        box, item = question(show(name), name), ITEMS[name]
        for place, option in enumerate(item.options):
            box.locator("input").nth(place).check()
            assert said(box) == ""
            box.get_by_role("button", name="Check").click()
            assert said(box).startswith("Right." if option.right else "Not yet.")
            assert option.feedback.split("$")[0][:20] in said(box)
            assert box.locator(".check-said li").count() == 1


def test_of_several_all_and_no_others_are_wanted(show):
    box, item = question(show(SEVERAL), SEVERAL), ITEMS[SEVERAL]
    inputs, button = box.locator("input"), box.get_by_role("button", name="Check")
    right, wrong = places(item, True), places(item, False)
    inputs.nth(right[0]).check()
    button.click()
    assert said(box).startswith("Not all yet.")
    for place in right[1:]:
        inputs.nth(place).check()
    button.click()
    assert said(box).startswith("Right.")
    assert box.locator(".check-said li").count() == len(right)
    inputs.nth(wrong[0]).check()
    button.click()
    assert said(box).startswith("Not yet.")


@pytest.mark.parametrize(
    ("typed", "answer", "reason"),
    [
        ("0.349", "Right.", "About half"),
        (" 0,35 ", "Right.", "About half"),
        (".3444", "Right.", "About half"),
        ("3.49e-1", "Right.", "About half"),
        ("0.3", "Not yet.", "Each step multiplies"),
        ("0", "Not yet.", "a tenth is lost of what is left"),
        ("−0.349", "Not yet.", "Each step multiplies"),
        ("0.9", "Not yet.", "after one step"),
        ("a third", "Write a number", ""),
        ("", "Write a number", ""),
    ],
)
def test_a_number_is_right_within_its_tolerance_and_slips_are_known(show, typed, answer, reason):
    box = question(show(NUMBER), NUMBER)
    box.get_by_role("textbox", name="Your answer").fill(typed)
    box.get_by_role("button", name="Check").click()
    assert said(box).startswith(answer)
    assert reason in said(box)


def test_a_large_number_may_have_its_thousands_apart(show):
    box = question(show("rnn-count"), "rnn-count")
    for typed, reason in (("15,000", "a set of weights"), ("150.0", "does not matter")):
        box.get_by_role("textbox").fill(typed)
        box.get_by_role("textbox").press("Enter")
        assert reason in said(box)


def test_nothing_is_said_before_something_is_chosen(show):
    box = question(show(ONE), ONE)
    assert said(box) == ""
    box.get_by_role("button", name="Check").click()
    assert said(box) == "Choose an answer first."


def test_every_question_is_answered_by_keyboard_alone(show):
    page = show(ONE)
    page.locator("#check-yourself h2").evaluate("e => { e.tabIndex = -1; e.focus(); }")
    for item in bank.on_page(PAGES[0]):
        box = question(page, item.id)
        while not box.evaluate("e => e.contains(document.activeElement)"):
            page.keyboard.press("Tab")
        if item.kind == "number":
            right = next(option.text for option in item.options if option.right)
            page.keyboard.type(right)
        elif item.kind == "several":
            for place in range(len(item.options)):
                if place:
                    page.keyboard.press("Tab")
                if item.options[place].right:
                    page.keyboard.press("Space")
        else:
            page.keyboard.press("Space")
            for _ in range(places(item, True)[0]):
                page.keyboard.press("ArrowDown")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Check"
        page.keyboard.press("Enter")
        assert said(box).startswith("Right."), item.id
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.localName") == "summary"
        page.keyboard.press("Enter")
        assert box.locator("details li").first.is_visible()


def test_a_screen_reader_hears_the_question_and_the_answer(show):
    page = show(ONE)
    for item in bank.on_page(PAGES[0]):
        box = question(page, item.id)
        name = page.get_by_role("group", name=item.stem.split("$")[0][:30])
        assert name.count() == 1
        status = box.locator("[role=status]")
        assert status.count() == 1
        assert status.evaluate("e => e.isConnected && e.textContent === ''")
        for control in box.locator("input").all():
            assert control.evaluate("e => e.labels.length") == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("name", [ONE, TRUTH])
def test_axe_finds_no_barrier_and_all_fits(show, scheme, viewport, name):
    page = show(name, viewport=viewport, color_scheme=scheme)
    for box in page.locator(".self-check > fieldset").all():
        field = box.locator("input").first
        if field.get_attribute("type") == "text":
            field.fill("17")
        else:
            field.check()
        box.get_by_role("button", name="Check").click()
        box.locator("summary").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    assert page.locator(".self-check math").count()
    for part in page.locator(".self-check :is(p, li, label, button)").all():
        place = part.bounding_box()
        assert place["x"] >= 0
        assert place["x"] + place["width"] <= viewport["width"] + 1
    # Without preload axe asks for no style sheet a second time, which a browser refuses on a disk.
    result = Axe().run(page, ".self-check", {"preload": False}).response
    assert [(v["id"], v["nodes"][0]["html"]) for v in result["violations"]] == []


@pytest.mark.parametrize("name", [ONE, TRUTH])
def test_without_a_script_questions_and_answers_are_there(show, name):
    page = show(name, java_script_enabled=False, viewport=PHONE)
    for item in bank.on_page(ITEMS[name].page):
        box = question(page, item.id)
        assert box.locator(".check-stem").is_visible()
        assert box.locator("input").first.is_visible()
        assert not box.locator("button").is_visible()
        rows = box.locator("details li")
        assert not rows.first.is_visible()
        box.locator("summary").click()
        texts = rows.all_inner_texts()
        assert len(texts) == len(item.options) + bool(item.hint)
        for option, text in zip(item.options, texts, strict=False):
            assert (": right." in text) == option.right


def test_on_paper_there_are_questions_and_no_buttons(show):
    page = show(ONE)
    question(page, ONE).locator("input").first.check()
    question(page, ONE).get_by_role("button", name="Check").click()
    page.emulate_media(media="print")
    assert page.locator(".check-stem").first.is_visible()
    assert not page.locator(".self-check button").first.is_visible()
    assert not question(page, ONE).locator(".check-said").is_visible()
