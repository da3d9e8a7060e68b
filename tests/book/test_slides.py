"""The lectures' files: every part is on its page, few words, notes; and how parts are cut."""

from __future__ import annotations

import lecture as files
import pytest
from bs4 import BeautifulSoup
from slide_cut import cut, wanted
from slide_parts import Notebook, PartError

LECTURES = files.lectures()
SLIDE = {"heading": "A slide", "page": "concepts/lstm", "minutes": 1, "say": "Something."}


@pytest.fixture(params=LECTURES, ids=lambda lecture: lecture.name)
def lecture(request: pytest.FixtureRequest) -> files.Lecture:
    """Return each lecture in turn."""
    return request.param


def made(*slides: dict[str, object]) -> files.Lecture:
    """Return a lecture with these slides."""
    content = {"title": "A lecture", "question": "Why?", "slides": [SLIDE | s for s in slides]}
    return files.lecture(content, "made")


def test_every_part_is_on_its_page_and_no_slide_is_wordy(lecture):
    assert files.faults(lecture) == []


def test_a_lecture_takes_between_45_and_90_minutes(lecture):
    assert 45 <= lecture.minutes <= 90
    assert 19 <= len(lecture.slides) <= 29
    assert sum(slide.minutes for slide in lecture.slides) == lecture.minutes


def test_a_lecture_asks_looks_works_by_hand_and_assigns(lecture):
    kinds = [[kind for kind, _, _ in slide.parts] for slide in lecture.slides]
    assert lecture.question.endswith("?")
    assert {"figure", "widget", "predict"} & set(kinds[0] + kinds[1])
    assert sum("predict" in those for those in kinds) >= 2
    assert any("widget" in those for those in kinds)
    assert any("by hand" in slide.heading.lower() for slide in lecture.slides)
    assert kinds[-1].count("exercise") >= 2
    assert sum(bool(slide.ask) for slide in lecture.slides) >= len(lecture.slides) / 2


def test_every_slide_has_something_on_it_and_something_to_say(lecture):
    for slide in lecture.slides:
        assert slide.body, slide.heading
        assert len(slide.say.split()) >= 8, slide.heading


def test_answers_come_after_their_question(lecture):
    shows = {"output", "figure", "widget"}
    for slide, following in zip(lecture.slides, lecture.slides[1:], strict=False):
        if "predict" in {kind for kind, _, _ in slide.parts}:
            answers = slide.then or following.body
            assert shows & {kind for entry in answers for kind in entry}, slide.heading


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"figure": "fig-none"}, "no figure 'fig-none'"),
        ({"equation": "eq-none"}, "no equation 'eq-none'"),
        ({"output": "none"}, "no cell of code 'none'"),
        ({"widget": "hand-code"}, "makes no widget"),
        ({"table": "line"}, "must hold one table; it has 0"),
        ({"box": "A title"}, "no box 'A title'"),
        ({"exercise": "ex-none"}, "no exercise 'ex-none'"),
        ({"code": "imports", "page": "concepts/none"}, "must name a notebook"),
        ("word " * 41, "41 words of its own"),
    ],
)
def test_what_is_wrong_is_named_with_its_slide(entry, message):
    (fault,) = files.faults(made({}, {"body": [entry]}))
    assert fault.startswith("made.yml, slide 2 (A slide): ")
    assert message in fault


def test_a_widget_stands_in_a_lecture_once():
    (fault,) = files.faults(made(*[{"body": [{"widget": "stepper-figure"}]}] * 2))
    assert "twice" in fault


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"colour": "red"}, r"\['colour'\] means nothing"),
        ({"body": [{"picture": "x"}]}, "must be text, or one of"),
        ({"body": [{"code": "x", "size": 2}]}, "must be text, or one of"),
    ],
)
def test_a_slide_that_means_nothing_is_refused(change, message):
    with pytest.raises(files.SlideError, match=message):
        made(change)


def test_a_slide_needs_minutes_and_notes():
    content = {"title": "A", "question": "Why?", "slides": [{"heading": "A slide"}]}
    with pytest.raises(files.SlideError, match=r"slide 1: \['minutes', 'say'\]"):
        files.lecture(content, "made")


def test_the_page_of_a_slide_is_that_of_the_one_before():
    slides = made({"page": "concepts/gru"}, {"page": "concepts/rnn"}).slides
    assert [slide.page for slide in slides] == ["concepts/gru", "concepts/rnn"]
    content = {"title": "A", "question": "?", "slides": [SLIDE, SLIDE | {"page": "a"}]}
    content["slides"].append({k: v for k, v in SLIDE.items() if k != "page"})
    assert [s.page for s in files.lecture(content, "x").slides] == ["concepts/lstm", "a", "a"]


def test_cells_are_counted_as_they_are_built():
    notebook = Notebook(files.BOOK, "concepts/lstm")
    assert (notebook.code("imports"), notebook.code("text")) == (0, 1)
    assert notebook.exercise("ex-lstm-extremes") == "Two extremes"


def part(markup: str):
    """Return markup as a part of a page."""
    return BeautifulSoup(markup, "html.parser").find(True)


def test_ids_get_a_prefix_and_what_points_to_them_too():
    markup = (
        '<div id="a"><label for="b">x</label><use href="#a"></use><g fill="url(#a)"></g>'
        "<style>#a { x: y }</style></div>"
    )
    assert str(cut(part(markup), "s1-")) == (
        '<div id="s1-a"><label for="s1-b">x</label><use href="#s1-a"></use>'
        '<g fill="url(#s1-a)"></g><style>#s1-a { x: y }</style></div>'
    )


def test_links_lose_their_address_and_numbers_of_the_page_go():
    markup = (
        '<div id="e"><a href="x.html">word</a><a class="headerlink">#</a>'
        '<span class="eqno">(1)</span></div>'
    )
    assert cut(part(markup), "").get_text() == "word"
    assert cut(part('<div><span class="eqno">(L7)</span></div>'), "").get_text() == "(L7)"


def test_lines_are_chosen_and_moved_to_the_left():
    code = part("<div><pre><span></span>def f():\n    <b>return</b> 1\n    # end\n</pre></div>")
    assert str(cut(code, "", lines="2-3").pre) == "<pre><b>return</b> 1\n# end</pre>"
    with pytest.raises(PartError, match=r"lines .* but there are 3"):
        cut(code, "", lines="2-4")


def test_rows_are_chosen_under_the_head():
    table = part(
        "<table><thead><tr><th>h</th></tr></thead><tbody><tr><td>1</td></tr>"
        "<tr><td>2</td></tr></tbody></table>"
    )
    assert cut(table, "", rows="2").get_text() == "h2"


def test_ranges_are_read():
    assert wanted("1-3, 7") == [1, 2, 3, 7]
    assert wanted(4) == [4]
    with pytest.raises(PartError, match="written as"):
        wanted("2 to 3")
