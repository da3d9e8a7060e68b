"""Course plans: the three of the book hold, and what does not add up is named."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import course_data
import course_plan
import pytest
import yaml
from course_plan import Doing, Plan, Session

ROOT = Path(__file__).resolve().parents[2]
BOOK = course_plan.the_book(ROOT, course_data.lessons(ROOT))
PLANS = course_plan.load(ROOT / course_plan.FILE)
FIRST = Session("one", read=("background/memory",), doings=(Doing(90, "do", "talk"),))
SECOND = Session(
    "two",
    read=("concepts/rnn",),
    doings=(Doing(50, "do", "talk"), Doing(40, "work", ("ex-memory-which",))),
    assign=("concepts/rnn",),
    practise=("ex-memory-width",),
)
GOOD = Plan("Week", 90, (0, 200), ((FIRST, SECOND),))


def changed(**changes: object) -> Plan:
    """Return the good plan with another second session."""
    return dataclasses.replace(GOOD, units=((FIRST, dataclasses.replace(SECOND, **changes)),))


@pytest.mark.parametrize("name", ["lecture", "week", "term"])
def test_the_plans_of_the_book_hold(name):
    assert list(course_plan.faults(PLANS[name], BOOK)) == []


def test_the_plans_are_of_one_session_five_days_and_thirteen_weeks():
    assert [len(unit) for unit in PLANS["lecture"].units] == [1]
    assert [len(unit) for unit in PLANS["week"].units] == [1] * 5
    assert [len(unit) for unit in PLANS["term"].units] == [2] * 13
    assert {plan.class_minutes for plan in PLANS.values()} == {90}


def test_the_term_is_balanced():
    units = PLANS["term"].units
    minutes = [BOOK.read(unit) + BOOK.at_home(unit) for unit in units]
    assert max(minutes) <= 2.2 * min(minutes)
    assert [sum(BOOK.points(unit)) > 0 for unit in units] == [True] * 12 + [False]


def test_every_board_plan_of_a_plan_is_in_the_notes():
    wanted = {
        d.what for p in PLANS.values() for s in p.sessions for d in s.doings if d.kind == "board"
    }
    assert wanted - set(BOOK.boards) == set()


def test_minutes_and_points_are_those_of_the_cards():
    card = BOOK.lessons["concepts/rnn"].card
    memory = BOOK.lessons["background/memory"]
    width = BOOK.exercises["ex-memory-width"][1]
    assert BOOK.read([FIRST, SECOND]) == memory.before_class + card.minutes["read"] + 1
    assert BOOK.at_home([SECOND]) == card.minutes["exercises"] + memory.minutes_of(width)
    assert BOOK.points([FIRST]) == (0, 0)
    assert BOOK.points([SECOND]) == (5, 9)
    assert list(course_plan.faults(GOOD, BOOK)) == []


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"read": ("concepts/none",)}, "'two': there is no lesson 'concepts/none'"),
        ({"practise": ("ex-none",)}, "'two': there is no exercise 'ex-none'"),
        ({"read": ("concepts/gru",), "assign": ()}, "'two': concepts/gru needs concepts/lstm"),
        ({"read": ("background/memory",), "assign": ()}, "background/memory is read twice"),
        ({"practise": ("ex-memory-which",)}, "ex-memory-which is given twice"),
        ({"practise": ("ex-rnn-loop",)}, "ex-rnn-loop is given twice"),
        ({"practise": ("ex-lstm-bias",)}, "ex-lstm-bias comes before its lesson, concepts/lstm"),
        ({"doings": (Doing(80, "do", "talk"),)}, "'two' has 80 minutes of 90"),
        (
            {"doings": (Doing(90, "board", "concepts/rnn"),)},
            "board plan of concepts/rnn is shorter",
        ),
        ({"doings": (Doing(90, "slides", "none"),)}, "there are no slides 'none'"),
        ({"doings": (Doing(90, "slides", "lstm"),)}, "the slides 'lstm' are shorter"),
        ({"doings": (Doing(90, "ask", "errata"),)}, "the question bank asks nothing on errata"),
    ],
)
def test_what_does_not_add_up_is_named(changes, message):
    assert [fault for fault in course_plan.faults(changed(**changes), BOOK) if message in fault]


def test_a_unit_that_asks_for_too_much_or_too_little_is_named():
    tight, slack = (dataclasses.replace(GOOD, outside=limits) for limits in ((0, 60), (150, 200)))
    assert "not 0 to 60" in next(course_plan.faults(tight, BOOK))
    assert "not 150 to 200" in next(course_plan.faults(slack, BOOK))


def test_what_is_skipped_is_declared_and_wanted():
    alone = Plan(
        "Week", 90, (0, 200), ((dataclasses.replace(SECOND, practise=(), doings=FIRST.doings),),)
    )
    assert next(course_plan.faults(alone, BOOK)) == "'two': concepts/rnn needs background/memory"
    declared = dataclasses.replace(alone, skips=("background/memory",))
    assert list(course_plan.faults(declared, BOOK)) == []
    stale = dataclasses.replace(GOOD, skips=("errata",))
    assert "skips: no lesson of the plan needs errata" in list(course_plan.faults(stale, BOOK))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"mood": 1}, "mood"),
        ({"units": [[{"title": "x", "class": [{"min": 5, "sing": "x"}]}]]}, "expected one of ask"),
        ({"units": [[{"title": "x", "class": [], "rest": 1}]]}, "rest"),
    ],
)
def test_a_key_that_is_not_known_is_an_error(tmp_path, change, message):
    plan = {"unit": "Day", "class_minutes": 90, "outside": [0, 9], "units": [], **change}
    path = tmp_path / "plans.yml"
    path.write_text(yaml.safe_dump({"mine": plan}), "utf8")
    with pytest.raises(ValueError, match=f"plan mine: .*{message}"):
        course_plan.load(path)


def test_the_minutes_of_a_board_plan_are_read_from_the_notes(tmp_path):
    notes = tmp_path / "book" / "teaching" / "notes_x.md"
    notes.parent.mkdir(parents=True)
    text = (
        "(notes-concepts-rnn)=\n## RNN\n\n**A board plan** (45 minutes)\n\n(notes-math-bptt-rnn)=\n"
    )
    notes.write_text(text, "utf8")
    assert course_plan.boards(tmp_path) == {"concepts-rnn": 45}
    assert course_plan.note_label("math/bptt_rnn") == "notes-math-bptt-rnn"
