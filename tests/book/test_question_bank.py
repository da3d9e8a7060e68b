"""The question bank: sound, computed where it can be, on its pages, and the same elsewhere."""

from __future__ import annotations

import dataclasses
import re
import subprocess
import sys
import zipfile
from collections import Counter
from xml.etree import ElementTree as ET

import bank
import bank_html
import moodle
import pytest
import qti
import question_bank
from page_card import cards

from tests.book import lessons, site
from tests.book.scratch import make_book
from tests.conftest import build_book

LEAST = 150
ITEMS = bank.load()
BY_ID = {item.id: item for item in ITEMS}
FORMATS = {"moodle": (moodle, bank_html.tex), "qti": (qti, bank_html.mathml)}
OBJECTIVES = {page: card.objectives for page, card in cards(bank.BOOK).items()}


def changed(item, **changes):
    return list(bank.faults(dataclasses.replace(item, **changes), OBJECTIVES))


@pytest.fixture(params=FORMATS)
def written(request, tmp_path):
    """Return each format's module, its way with formulas, and a file of the whole bank."""
    module, formula = FORMATS[request.param]
    path = tmp_path / "questions"
    module.write(ITEMS, path)
    return module, formula, path


# ---------- The items ----------


def test_there_are_enough_and_every_page_that_teaches_is_asked_about():
    assert len(ITEMS) >= LEAST
    pages = {page.removeprefix("book/") for page in lessons.LESSONS if page not in lessons.ALONE}
    assert {item.page for item in ITEMS} == pages
    assert set(Counter(item.page for item in ITEMS).values()) <= {2, 3, 4}


def test_every_kind_is_used_and_most_answers_are_computed():
    assert {item.kind for item in ITEMS} == set(bank.KINDS)
    assert sum(item.computed for item in ITEMS) > len(ITEMS) / 2
    assert all(item.computed for item in ITEMS if item.kind == "number")


@pytest.mark.parametrize("item", ITEMS, ids=list(BY_ID))
def test_an_item_is_sound_and_its_answer_the_one_that_is_computed(item):
    assert list(bank.faults(item, OBJECTIVES)) == []
    assert list(bank.refuted(item)) == []


def test_no_id_is_used_twice_and_no_place_of_the_right_answer_is_a_hint():
    assert len(BY_ID) == len(ITEMS)
    places = Counter(
        [option.right for option in item.options].index(True)
        for item in ITEMS
        if item.kind == "one"
    )
    assert max(places.values()) < 0.4 * places.total()
    said = Counter(item.options[0].right for item in ITEMS if item.kind == "truth")
    assert min(said.values()) > 0.3 * said.total()


def test_texts_have_nothing_that_only_sphinx_reads():
    for item in ITEMS:
        texts = [item.stem, item.hint, *(t for o in item.options for t in (o.text, o.feedback))]
        for text in texts:
            assert not re.search(r"\{[a-z:]+\}`|^```\{|\$\$", text), item.id


# ---------- What is wrong is said ----------


@pytest.mark.parametrize(
    ("name", "changes", "message"),
    [
        ("lstm-share", {"page": "concepts/nowhere"}, "no page 'concepts/nowhere'"),
        ("lstm-share", {"objective": "know it all"}, "does not have 'know it all'"),
        ("lstm-share", {"difficulty": 4}, "difficulty: expected"),
        ("lstm-share", {"kind": "essay"}, "kind: expected"),
        ("lstm-share", {"hint": ""}, "has a hint and a tolerance"),
        ("lstm-share", {"tolerance": 0.0}, "has a hint and a tolerance"),
        ("lstm-share", {"id": "An id"}, "id: small letters"),
        ("lstm-share", {"stem": ""}, "need texts"),
        ("lstm-stream", {"hint": "Think."}, "has a hint and a tolerance"),
        ("lstm-stream", {"options": BY_ID["lstm-stream"].options[1:]}, "exactly one option"),
        ("lstm-hold", {"options": BY_ID["lstm-hold"].options[:2]}, "at least two right"),
        ("rnn-names", {"options": BY_ID["rnn-names"].options[::-1]}, "the options are True"),
    ],
)
def test_a_fault_of_form_is_named(name, changes, message):
    assert any(message in fault for fault in changed(BY_ID[name], **changes))


def test_an_option_without_reason_or_with_half_a_check_is_named():
    item = BY_ID["gru-reset"]
    silent = dataclasses.replace(item.options[1], feedback="No.")
    assert any("feedback" in f for f in changed(item, options=(silent, *item.options[1:])))
    unchecked = dataclasses.replace(item.options[0], check="")
    assert any("checked" in f for f in changed(item, options=(unchecked, *item.options[1:])))


@pytest.mark.parametrize("item", [i for i in ITEMS if i.computed], ids=lambda item: item.id)
def test_a_wrong_key_is_refuted(item):
    """Call another option the right one: the computation must object."""
    options = list(item.options)
    right = [option.right for option in options].index(True)
    wrong = [option.right for option in options].index(False)
    for place in (right, wrong):
        options[place] = dataclasses.replace(options[place], right=not options[place].right)
    assert list(bank.refuted(dataclasses.replace(item, options=tuple(options))))


def test_a_slip_that_does_not_come_out_is_refuted():
    item = BY_ID["lstm-share"]
    slip = dataclasses.replace(item.options[1], check="0.5")
    options = (item.options[0], slip, item.options[2])
    (fault,) = bank.refuted(dataclasses.replace(item, options=options))
    assert "the slip '0' comes out as 0.5" in fault


def test_an_entry_with_a_word_too_many_or_too_few_is_refused(tmp_path):
    path = tmp_path / "bank.yml"
    for text in ("- {id: a}", "- {id: a, mood: good}"):
        path.write_text(text, "utf8")
        bank.load.cache_clear()
        with pytest.raises(ValueError, match="a: missing or unknown"):
            bank.load(path)


# ---------- Elsewhere ----------


def test_what_was_written_is_read_back(written):
    module, formula, path = written
    assert module.read(path) == [bank_html.converted(item, formula) for item in ITEMS]


def test_a_file_of_one_page_has_its_items(tmp_path):
    for name, (module, _) in FORMATS.items():
        path = tmp_path / name
        tool = lessons.ROOT / "tools" / "question_bank.py"
        command = [sys.executable, tool, name, path, "--page", "concepts/gru"]
        subprocess.run(command, check=True, capture_output=True)
        wanted = [item.id for item in ITEMS if item.page == "concepts/gru"]
        assert [item.id for item in module.read(path)] == wanted


def test_formulas_arrive_in_the_way_of_each_format():
    item = BY_ID["reach-half-life"]
    assert r"\(0.95\)" in bank_html.converted(item, bank_html.tex).stem
    assert "<mn>0.95</mn>" in bank_html.converted(item, bank_html.mathml).stem
    odd = dataclasses.replace(item, stem="Is $a < b$ & [this](../x.ipynb)?")
    stem = bank_html.converted(odd, bank_html.tex).stem
    assert stem == r"<p>Is \(a &lt; b\) &amp; this?</p>"


def test_marks_in_moodle_add_up(tmp_path):
    moodle.write(ITEMS, tmp_path / "quiz.xml")
    for question in ET.parse(tmp_path / "quiz.xml").iter("question"):
        marks = [float(answer.get("fraction")) for answer in question.iter("answer")]
        if marks:
            assert sum(mark for mark in marks if mark > 0) == pytest.approx(100, abs=1e-3)
            assert sum(mark for mark in marks if mark < 0) == pytest.approx(0, abs=1e-3) or (
                question.findtext("single") == "false"
            )


def test_the_package_names_its_files_and_is_the_same_each_time(tmp_path):
    one, two = tmp_path / "one.zip", tmp_path / "two.zip"
    qti.write(ITEMS, one)
    qti.write(ITEMS, two)
    assert one.read_bytes() == two.read_bytes()
    with zipfile.ZipFile(one) as archive:
        manifest = ET.fromstring(archive.read(qti.MANIFEST))
        named = {file.get("href") for file in manifest.iter(f"{{{qti.PACKAGE}}}file")}
        assert named == set(archive.namelist()) - {qti.MANIFEST}


def test_an_item_of_qti_marks_and_answers_as_the_page_does(tmp_path):
    """Follow the rules in the file for every option of every item."""
    qti.write(ITEMS, tmp_path / "bank.zip")
    with zipfile.ZipFile(tmp_path / "bank.zip") as archive:
        for item in ITEMS:
            root = qti._plain(ET.fromstring(archive.read(f"items/{item.id}.xml")))
            shown = {f.get("identifier") for f in root.iter("modalFeedback")}
            correct = [v.text for v in root.iterfind(".//correctResponse/value")]
            assert len(correct) == sum(option.right for option in item.options)
            assert len(shown) == len(item.options) + bool(item.hint)
            choices = {row.get("identifier") for row in root.iter("simpleChoice")}
            assert choices <= shown
            assert item.kind == "number" or set(correct) <= choices


def test_the_command_says_what_is_covered():
    tool = lessons.ROOT / "tools" / "question_bank.py"
    done = subprocess.run([sys.executable, tool, "check"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert f"{len(ITEMS)} items are sound" in done.stdout
    assert question_bank.check() == []


# ---------- On the pages ----------


def test_a_page_shows_its_items(built_book):
    for page in {item.page for item in ITEMS}:
        soup = site.page(built_book / "book" / f"{page}.html")
        items = bank.on_page(page)
        boxes = soup.select(".self-check > fieldset")
        assert [box["id"] for box in boxes] == [f"check-{item.id}" for item in items]
        for item, box in zip(items, boxes, strict=True):
            rows = box.select("details li")
            assert len(rows) == len(item.options) + bool(item.hint)
            right = [row.get("data-right") == "true" for row in rows[: len(item.options)]]
            assert right == [option.right for option in item.options]
            assert not box.select("p, ul") or "$" not in box.get_text()


def test_only_pages_that_ask_load_the_script(built_book):
    for path in site.pages(built_book):
        asks = bool(site.page(path).select_one(".self-check"))
        loads = any("self_check.js" in address for address in site.loaded(path))
        assert asks == loads, path


def test_a_page_without_items_may_not_ask(tmp_path):
    book = make_book(tmp_path / "book", ":::{admonition} Q\n:class: self-check\nText.\n:::")
    done = build_book(book)
    assert done.returncode != 0
    assert "the bank has no question for index" in done.stderr
