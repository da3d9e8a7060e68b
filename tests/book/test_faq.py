"""The questions: enough of them, each answered shortly, with a page that shows it."""

from __future__ import annotations

import re

from tests.book import lessons

GROUPS = [
    "Concepts",
    "Formulas and conventions",
    "Training",
    "Choosing",
    "Debugging",
    "This book",
]


def answers() -> dict[str, str]:
    """Return the answers by their questions."""
    text = lessons.prose("book/faq")
    found = re.split(
        r"^### (.+)$",
        re.sub(r"^(## .+|\(.+\)=)$", "", text, flags=re.MULTILINE),
        flags=re.MULTILINE,
    )[1:]
    return dict(zip(found[::2], found[1::2], strict=True))


def test_the_groups_stand_in_their_order():
    assert re.findall(r"^## (.+)$", lessons.prose("book/faq"), re.MULTILINE) == GROUPS


def test_there_are_at_least_25_questions_each_with_a_short_answer():
    found = answers()
    assert len(found) >= 25
    words = {question: len(answer.split()) for question, answer in found.items()}
    assert {question: n for question, n in words.items() if not 8 <= n <= 130} == {}


def test_nearly_every_answer_names_a_page_that_shows_it():
    without = [question for question, answer in answers().items() if "](" not in answer]
    assert without == [
        q
        for q in without
        if q
        in {
            "How many parameters has a cell?",  # these are shown by the cell below
            "Clip by value or by norm?",
            "How do I set the forget bias to 1 in PyTorch?",
            "My loss became NaN.",
            "My forecast follows the curve almost perfectly, one step late.",
            "A figure does not move.",
        }
    ]
