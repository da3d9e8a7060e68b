"""The question bank: sound, computed where it can be, on its pages, and the same elsewhere."""

from __future__ import annotations

import copy
import dataclasses
import re
import subprocess
import sys
import zipfile
from collections import Counter
from itertools import combinations, pairwise
from xml.etree import ElementTree as ET

import bank
import bank_html
import moodle
import pytest
import qti
import question_bank
from page_card import cards

from tests.book import lessons, qti_rules, site
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


def test_the_package_names_its_files_and_is_the_same_each_time(tmp_path):
    one, two = tmp_path / "one.zip", tmp_path / "two.zip"
    qti.write(ITEMS, one)
    qti.write(ITEMS, two)
    assert one.read_bytes() == two.read_bytes()
    with zipfile.ZipFile(one) as archive:
        manifest = ET.fromstring(archive.read(qti.MANIFEST))
        named = {file.get("href") for file in manifest.iter(f"{{{qti.PACKAGE}}}file")}
        assert named == set(archive.namelist()) - {qti.MANIFEST}


def test_the_command_says_what_is_covered():
    tool = lessons.ROOT / "tools" / "question_bank.py"
    done = subprocess.run([sys.executable, tool, "check"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert f"{len(ITEMS)} items are sound" in done.stdout
    assert question_bank.check() == []


# ---------- What the platforms accept ----------

# The marks, in per cent, that Moodle's importer takes; anything else refuses the question.
MOODLE_MARKS = {100, 90, 83.33333, 80, 75, 70, 66.66667, 60, 50, 40, 33.33333, 30, 25, 20}
MOODLE_MARKS |= {16.66667, 14.28571, 12.5, 11.11111, 10, 5, 0}
MOODLE_ELEMENTS = {"name", "questiontext", "generalfeedback", "defaultgrade", "idnumber", "answer"}
MOODLE_ELEMENTS |= {"tags"}
MOODLE_CHOICE = {"single", "shuffleanswers", "answernumbering"}
MOODLE_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")


@pytest.fixture(scope="module")
def in_moodle(tmp_path_factory):
    """Return the questions of the whole bank as Moodle gets them, each with its category."""
    path = tmp_path_factory.mktemp("moodle") / "quiz.xml"
    moodle.write(ITEMS, path)
    category, found = None, []
    for question in ET.parse(path).getroot():
        if question.get("type") == "category":
            category = question.findtext("category/text")
        else:
            found.append((category, question))
    return found


def test_moodle_knows_every_mark_and_the_best_answer_is_worth_all(in_moodle):
    for _, question in in_moodle:
        marks = [float(answer.get("fraction")) for answer in question.iter("answer")]
        for mark in marks:
            assert min(abs(abs(mark) - known) for known in MOODLE_MARKS) < 1e-3
        if question.get("type") == "multichoice" and question.findtext("single") == "false":
            assert round(sum(mark for mark in marks if mark > 0) / 100, 2) == 1
            assert sum(marks) == pytest.approx(0, abs=1e-3)  # to tick everything earns nothing
        else:
            assert sorted(marks)[-2:] == [0, 100] if question.get("type") != "numerical" else True
            assert max(marks) == 100


def test_moodle_knows_every_element_and_format(in_moodle):
    formats = {"html", "plain_text", "markdown", "moodle_auto_format"}
    numberings = {"abc", "ABCD", "123", "iii", "IIII", "none"}
    for _, question in in_moodle:
        kind = question.get("type")
        assert kind in ("multichoice", "truefalse", "numerical")
        more = MOODLE_CHOICE if kind == "multichoice" else set()
        assert {child.tag for child in question} == MOODLE_ELEMENTS | more
        assert {e.get("format", "html") for e in question.iter()} <= formats
        for answer in question.iter("answer"):
            inside = {"text", "feedback"} | ({"tolerance"} if kind == "numerical" else set())
            assert {child.tag for child in answer} == inside
        if kind == "multichoice":
            assert question.findtext("answernumbering") in numberings
            assert question.findtext("single") in ("true", "false")
        elif kind == "truefalse":
            assert [a.findtext("text") for a in question.iter("answer")] == ["true", "false"]


def test_moodle_can_tell_the_questions_apart_and_file_them(in_moodle):
    places = [(category, question.findtext("idnumber")) for category, question in in_moodle]
    assert len(set(places)) == len(places)
    for category, question in in_moodle:
        assert category.startswith("$course$/top/")
        assert all(0 < len(part) < 255 for part in category.split("/"))
        assert len(question.findtext("name/text")) <= 255
        assert len(question.findtext("idnumber")) <= 100
        assert all(0 < len(tag.text) <= 50 for tag in question.iterfind("tags/tag/text"))


def test_moodle_reads_the_numbers_and_asks_for_anything_else_last(in_moodle):
    for _, question in in_moodle:
        if question.get("type") == "numerical":
            *texts, last = [a.findtext("text") for a in question.iter("answer")]
            assert all(MOODLE_NUMBER.fullmatch(text) for text in texts)
            assert last == moodle.ANY
            assert all(float(t.text) >= 0 for t in question.iter("tolerance"))


def test_no_number_is_within_the_tolerance_of_two_options():
    """Platforms and the page take the first option that is near enough."""
    for item in ITEMS:
        if item.kind == "number":
            values = sorted(float(option.text) for option in item.options)
            gaps = [b - a for a, b in pairwise(values)]
            assert min(gaps) > item.tolerance, item.id


@pytest.fixture(scope="module")
def in_qti(tmp_path_factory):
    """Return the items of the whole bank as a package has them, by their ids."""
    path = tmp_path_factory.mktemp("qti") / "bank.zip"
    qti.write(ITEMS, path)
    with zipfile.ZipFile(path) as archive:
        return {item.id: ET.fromstring(archive.read(f"items/{item.id}.xml")) for item in ITEMS}


def test_every_item_keeps_to_what_qti_allows(in_qti):
    for name, root in in_qti.items():
        assert list(qti_rules.faults(root, qti.MATHML)) == [], name


@pytest.mark.parametrize(
    ("find", "change", "message"),
    [
        (".//q:simpleChoice", lambda e: e.attrib.pop("identifier"), "without {'identifier'}"),
        (".//q:simpleChoice", lambda e: e.set("identifier", "a b"), "'a b' is no identifier"),
        (".//q:choiceInteraction", lambda e: e.set("shuffle", "yes"), "shuffle='yes'"),
        (".//q:choiceInteraction", lambda e: e.set("style", "x"), "with {'style'}"),
        (".//q:match", lambda e: e.remove(e[0]), "match: the children"),
        (".//q:itemBody", lambda e: setattr(e, "text", "Well?"), "itemBody: text in it"),
        (".//q:modalFeedback", lambda e: e.set("outcomeIdentifier", "F"), "F is not declared"),
        (".", lambda e: e.insert(0, e[-1]), "assessmentItem: the children"),
        (".//m:msup", lambda e: e.remove(e[0]), "msup: has 1 children"),
    ],
)
def test_a_breach_of_qti_is_seen(in_qti, find, change, message):
    root = copy.deepcopy(in_qti["memory-window-any" if "msup" not in find else "lstm-share"])
    change(root.find(find, {"q": qti.QTI, "m": qti.MATHML}))
    assert any(message in fault for fault in qti_rules.faults(root, qti.MATHML))


def test_an_item_of_qti_marks_and_answers_as_the_page_does(in_qti):
    """Carry out the rules in the file for every response that a reader could give."""
    for item in ITEMS:
        root = qti._plain(copy.deepcopy(in_qti[item.id]))
        assert {row.get("identifier") for row in root.iter("simpleChoice")} <= _shown(root)
        for response, right, said in _responses(item):
            outcome = qti_rules.Answered(root, response).values
            assert outcome["SCORE"] == {"1" if right else "0"}, (item.id, response)
            assert outcome["FEEDBACK"] == said <= _shown(root), (item.id, response)


def _shown(root):
    return {feedback.get("identifier") for feedback in root.iter("modalFeedback")}


def _responses(item):
    """Yield responses, whether each is right, and the feedback that belongs to it."""
    names = dict(zip(qti._names(item), item.options, strict=True))
    right = {name for name, option in names.items() if option.right}
    if item.kind == "number":
        for option in item.options:
            for off in (-0.9, 0, 0.9):
                value = float(option.text) + off * item.tolerance
                first = next(n for n, o in names.items() if _near(o, value, item.tolerance))
                yield {f"{value:.12g}"}, names[first].right, {first}
        yield {"1e9"}, False, {qti.OTHER}
        yield set(), False, {qti.OTHER}
        return
    sizes = range(len(names) + 1) if item.kind == "several" else (0, 1)
    for size in sizes:
        for chosen in map(set, combinations(names, size)):
            yield chosen, chosen == right, chosen


def _near(option, value, tolerance):
    return abs(float(option.text) - value) <= tolerance + 1e-12


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
