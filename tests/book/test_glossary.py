"""The glossary: each term is explained, named in Chinese, and stands in the table at the end."""

from __future__ import annotations

import re

from tests.book import lessons

TEXT = lessons.source("book/glossary").read_text("utf8")
DIRECTIVE = TEXT.split("```{glossary}\n", 1)[1].split("\n```\n", 1)[0]
ENTRIES = [entry.split("\n", 1) for entry in DIRECTIVE.split("\n\n")]
NAMED = re.compile(r" See \[[^\]]+\]\([^)]+\)\. \[中文\uff1a([^\]]+)\]\{\.language-zh\}\.$")
ROW = re.compile(r"^\| \{term\}`([^`]+)` \| \[([^\]]+)\]\{\.language-zh\} \|$", re.MULTILINE)


def test_the_terms_are_in_order():
    terms = [term for term, _ in ENTRIES]
    assert len(terms) >= 60
    assert terms == sorted(set(terms), key=str.lower)


def test_every_term_leads_to_its_page_and_has_a_chinese_name_as_in_the_table():
    names = [(term, NAMED.findall(definition)) for term, definition in ENTRIES]
    assert names == [(term, [name]) for term, name in ROW.findall(TEXT)]
