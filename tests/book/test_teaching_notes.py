"""The instructor notes: every lesson once, with its four parts, and links that lead somewhere."""

from __future__ import annotations

import functools
import re

import numpy as np
import pytest

from rnn_core import HC, H, diagnostics, worked
from tests.book import lessons

NOTES = tuple(
    f"book/teaching/notes_{part}" for part in ("concepts", "formulas", "code", "applications")
)
PARTS = ("What students get wrong", "Questions to ask", "A board plan", "What to assign")
SECTION = re.compile(r"^\((notes-[a-z0-9-]+)\)=\n## (.+)$", re.MULTILINE)
PART = re.compile(r"^\*\*(.+?)\*\*(?: \((\d+) minutes\))?$", re.MULTILINE)
LINK = re.compile(r"\]\(([^)\s]+)\)")
LEAST = 15  # words of a misconception, and of a question with its answer


def label_of(page):
    """Return the label of the section on a lesson: book/math/bptt_rnn -> notes-math-bptt-rnn."""
    return page.replace("book/", "notes-").replace("/", "-").replace("_", "-")


@functools.cache
def sections():
    """Return the sections of all notes: a list of (label, text) with the page each stands on."""
    found = []
    for notes in NOTES:
        pieces = SECTION.split(lessons.prose(notes))[1:]
        for label, _, text in zip(pieces[::3], pieces[1::3], pieces[2::3], strict=True):
            found.append((label, notes, text))
    return found


def section_of(page):
    """Return the text of the only section on a lesson."""
    (text,) = (text for label, _, text in sections() if label == label_of(page))
    return text


def parts_of(text):
    """Return what a section says before its parts, the parts by title, and the stated minutes."""
    pieces = PART.split(text)
    titles, minutes, bodies = pieces[1::3], pieces[2::3], pieces[3::3]
    stated = next(int(found) for found in minutes if found)
    return pieces[0], dict(zip(titles, bodies, strict=True)), stated


def test_every_lesson_has_one_section_and_no_section_is_about_something_else():
    assert sorted(label for label, *_ in sections()) == sorted(map(label_of, lessons.LESSONS))


@pytest.mark.parametrize("page", lessons.LESSONS)
class TestSection:
    """The section on one lesson."""

    def test_it_opens_with_a_link_to_the_lesson(self, page):
        opening, *_ = parts_of(section_of(page))
        ending = lessons.source(page).suffix
        assert f"](../{page.removeprefix('book/')}{ending})" in opening
        assert lessons.source(page).is_file()

    def test_it_has_the_four_parts_in_their_order(self, page):
        assert tuple(parts_of(section_of(page))[1]) == PARTS

    def test_it_names_three_to_six_misconceptions_in_words_of_their_own(self, page):
        wrong = parts_of(section_of(page))[1][PARTS[0]]
        items = re.findall(r"^- (.+)$", wrong, re.MULTILINE)
        assert 3 <= len(items) <= 6
        for item in items:
            assert re.match(r'\*\*".+?"\*\* \S', item), item
            assert len(item.split()) >= LEAST, item

    def test_it_asks_three_to_five_questions_and_says_what_to_hope_for(self, page):
        asked = parts_of(section_of(page))[1][PARTS[1]]
        items = re.findall(r"^\d+\. (.+)$", asked, re.MULTILINE)
        assert 3 <= len(items) <= 5
        for item in items:
            assert re.match(r"\*.+[?.]\"?\* \S", item), item
            assert len(item.split()) >= LEAST, item

    def test_the_minutes_of_its_steps_add_up(self, page):
        _, parts, stated = parts_of(section_of(page))
        steps = re.findall(r"^(\d+)\. (.+)$", parts[PARTS[2]], re.MULTILINE)
        minutes = [re.match(r"\((\d+) min\) ", step) for _, step in steps]
        assert all(minutes)
        assert [int(number) for number, _ in steps] == list(range(1, len(steps) + 1))
        assert sum(int(found[1]) for found in minutes) == stated
        assert 15 <= stated <= 60

    def test_what_it_assigns_are_exercises_of_this_lesson_by_their_titles(self, page):
        given = parts_of(section_of(page))[1][PARTS[3]]
        found = re.findall(r"\[([^\]]+)\]\(#(ex-[a-z0-9-]+)\)", given)
        named = re.findall(r"\{exercise\} (.+)\n:label: (\S+)\n", lessons.prose(page))
        titles = {label: title for title, label in named}
        assert set(titles) == {exercise.label for exercise in lessons.exercises(page)}
        assert len(found) >= 2
        for title, label in found:
            assert titles.get(label) == title
        others = [link for link in LINK.findall(given) if not link.startswith("#ex-")]
        assert not [link for link in others if "ex-" in link]


@pytest.mark.parametrize("notes", NOTES)
def test_the_notes_link_to_the_map_and_the_slides_and_no_label_is_missing(notes):
    text = lessons.prose(notes)
    links = LINK.findall(text)
    assert {"map.md", "slides.md"} <= set(links)
    folder = lessons.source(notes).parent
    for link in links:
        if link.startswith("#"):
            assert link[1:] in labels(), link
        elif not link.startswith("http"):
            assert "#" not in link, f"{link}: a label by itself is enough, and is checked"
            assert (folder / link).is_file(), link


@functools.cache
def labels():
    """Return every label that the pages of the book define."""
    found = set()
    for path in (lessons.ROOT / "book").rglob("*"):
        if path.suffix in (".md", ".ipynb") and "node_modules" not in path.parts:
            page = str(path.relative_to(lessons.ROOT).with_suffix(""))
            text = lessons.prose(page)
            found |= set(re.findall(r"^\(([a-z0-9-]+)\)=$", text, re.MULTILINE))
            found |= set(re.findall(r"^:label: (\S+)$", text, re.MULTILINE))
    return found


# ---------- What the notes say and no lesson computes ----------


def test_the_slope_of_a_cell_state_over_both_roads_is_as_the_notes_write_it():
    example = worked.example("lstm")
    cell, v = example.cell(), example.values
    p = {name: value.item() for name, value in cell.params.items()}
    xs = np.reshape([v[f"x_{t}"] for t in (1, 2, 3)], (3, 1, 1))
    start = np.full((1, 1), 0.5)
    trace = cell.forward(xs, HC(start, start))
    i, f, g = (v[f"{k}_3"] for k in "ifg")
    A = v["c_2"] * f * (1 - f) * p["W_fh"] + g * i * (1 - i) * p["W_ih"]
    A += i * (1 - g**2) * p["W_gh"]
    written = f + A * v["o_2"] * (1 - np.tanh(v["c_2"]) ** 2)
    # c_2 acts on c_3 directly and by way of h_2, which is o_2 tanh(c_2).
    direct = diagnostics.jacobian(cell, trace, 2, 1, "c", "c").item()
    by_h = diagnostics.jacobian(cell, trace, 2, 1, "c", "h").item()
    assert np.isclose(direct, f)
    assert np.isclose(by_h, A)
    assert np.isclose(written, measured_slope(cell, xs, trace, v["o_2"]))


def measured_slope(cell, xs, trace, o, nudge=1e-6):
    """Return the slope of the last c by the one before, h following it, by differences."""
    c, ends = trace["c"][1], []
    for moved in (c + nudge, c - nudge):
        state, _ = cell.step(xs[2], HC(o * np.tanh(moved), moved))
        ends.append(state.c.item())
    return (ends[0] - ends[1]) / (2 * nudge)


def test_the_four_roads_of_a_gru_add_up_as_the_notes_write_them():
    example = worked.example("gru")
    cell, v = example.cell(), example.values
    p = {name: value.item() for name, value in cell.params.items()}
    r, z, m, n = (v[f"{k}_3"] for k in "rzmn")
    h = v["h_2"]
    roads = (
        1 - z,
        (n - h) * z * (1 - z) * p["W_zh"],
        z * (1 - n**2) * r * p["W_nh"],
        z * (1 - n**2) * m * r * (1 - r) * p["W_rh"],
    )
    xs = np.reshape([v[f"x_{t}"] for t in (1, 2, 3)], (3, 1, 1))
    trace = cell.forward(xs, H(np.full((1, 1), 0.5)))
    assert np.isclose(sum(roads), diagnostics.jacobian(cell, trace, 2, 1).item())
    later = example.gradients["h_2"] - (h - v["y_2"])
    assert np.isclose(sum(roads) * example.gradients["h_3"], later)


def test_a_recurrence_with_a_maximum_is_closed_under_composition():
    rng = np.random.default_rng(0)
    h, a1, b1, a2, b2 = rng.normal(size=(5, 1000))
    twice = np.maximum(np.maximum(h + a1, b1) + a2, b2)
    assert np.allclose(twice, np.maximum(h + (a1 + a2), np.maximum(b1 + a2, b2)))


@pytest.mark.parametrize(("length", "window"), [(24, 8), (64, 16), (60, 5)])
def test_the_pairs_that_windows_keep_are_counted_as_the_notes_count_them(length, window):
    kept = [(t, j) for t in range(length) for j in range(t + 1) if t // window == j // window]
    assert len(kept) == length // window * window * (window + 1) // 2
    for lag in range(window):
        share = sum(t - j == lag for t, j in kept) / length
        assert np.isclose(share, (window - lag) / window)
