"""The pages on tools: each resource is judged, and the path of a term has every lesson."""

from __future__ import annotations

import re

from tests.book import lessons

ENTRY = re.compile(r"(?m)^(\S.*)\n: (.+)$")


def test_each_resource_says_what_it_is_best_at():
    entries = ENTRY.findall(lessons.prose("book/tools/resources"))
    assert len(entries) >= 25
    assert [name for name, said in entries if not re.search(r"\b[Bb]est\b", said)] == []
    assert [name for name, said in entries if len(said) > 480] == []


def test_no_release_is_said_to_be_of_the_future():
    said = lessons.prose("book/tools/resources")
    assert "as of November 2026" in said
    code = "\n".join(c["source"] for c in lessons.cells("book/tools/resources"))
    months = re.findall(r"(?m)(20\d\d-\d\d) [a-z]", code)
    assert len(months) >= 9
    assert max(months) <= "2026-11"


def test_the_path_of_a_term_has_every_lesson_in_order():
    guide = (lessons.ROOT / "book" / "service" / "how_to_use.md").read_text(encoding="utf-8")
    paths = re.findall(r"```\{reading-path\}\n(.*?)```", guide, re.DOTALL)
    (term,) = [path for path in paths if ":exercises:" in path]
    pages = [f"book/{line}" for line in term.split() if not line.startswith(":")]
    assert pages == [page for page in lessons.LESSONS if page != "book/errata"]
