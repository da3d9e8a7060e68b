"""The reference shows every public name of the package once, and follows its docstrings."""

from __future__ import annotations

import importlib
import posixpath
import re
from collections import Counter
from pathlib import Path

import pytest
from sphinx.util.inventory import InventoryFile

from tests.book import site
from tests.book.scratch import make_book, write_page, write_toc
from tests.conftest import build_book
from tests.reference import PAGES, all_modules, inner_modules, public_names, shown_modules

SHOW_HEADS = "```{eval-rst}\n.. automodule:: rnn_core.heads\n```"


def part_of(module: str, packages: set[str]) -> bool:
    """Say whether a module is below one of these packages."""
    return any(module.startswith(f"{package}.") for package in packages - {"rnn_core"})


def test_every_module_is_shown_or_named_as_inner():
    shown, inner = shown_modules(), inner_modules()
    assert [name for name, count in Counter(shown + inner).items() if count > 1] == []
    packages = {name for name in shown if hasattr(importlib.import_module(name), "__path__")}
    placed = {*shown, *inner}
    assert [m for m in all_modules() if m not in placed and not part_of(m, packages)] == []
    assert placed <= set(all_modules())


@pytest.fixture(scope="module")
def entries(built_book: Path) -> dict[str, tuple[str, str]]:
    """Return page and anchor of each name that the reference describes."""
    with (built_book / "objects.inv").open("rb") as file:
        inventory = InventoryFile.load(file, "", posixpath.join)
    kinds = ("py:class", "py:function", "py:exception", "py:data")
    found = [item for kind in kinds for item in inventory.get(kind, {}).items()]
    return {name: tuple(entry[2].split("#")) for name, entry in found}


def test_every_public_name_is_described_once(built_book, entries):
    public = public_names()
    twice = Counter(id(value) for value in public.values())
    assert [name for name, value in public.items() if twice[id(value)] > 1] == []
    assert sorted(set(public) - set(entries)) == []
    for name in public:
        page, anchor = entries[name]
        soup = site.page(built_book / page)
        assert len(soup.find_all(id=anchor)) == 1
        assert soup.find(id=anchor).find_next_sibling("dd").get_text(strip=True), name


def test_nothing_is_described_that_the_package_does_not_have(entries):
    for name in entries:
        module, _, last = name.rpartition(".")
        assert hasattr(importlib.import_module(module), last), name


def test_what_a_package_hands_on_in_capitals_is_described(entries):
    shown = [importlib.import_module(name) for name in shown_modules() if name != "rnn_core"]
    packages = [module for module in shown if hasattr(module, "__path__")]
    wanted = [f"{m.__name__}.{name}" for m in packages for name in vars(m) if name.isupper()]
    assert "rnn_core.data.PYTHON_ALPHABET" in wanted
    assert sorted(set(wanted) - set(entries)) == []


def test_the_index_leads_to_every_page():
    index = (PAGES / "index.md").read_text("utf8")
    linked = set(re.findall(r"\]\((\w+\.md)\)", index))
    assert linked == {page.name for page in PAGES.glob("*.md")} - {"index.md"}


def test_the_equations_of_a_cell_are_typeset_in_the_gates_colours(built_book):
    soup = site.page(built_book / "book" / "api" / "cells.html")
    entry = soup.find(id="rnn_core.cells.LSTM").find_next_sibling("dd")
    formula = entry.select_one("div.math math")
    coloured = {name for tag in formula.select("msub[class]") for name in tag["class"]}
    assert coloured == {f"gate-{letter}" for letter in "xifgoch"}


def test_a_name_in_backticks_is_code_and_leads_to_a_class(built_book):
    soup = site.page(built_book / "book" / "api" / "heads.html")
    link = soup.find("a", href="#rnn_core.heads.Readout", class_="reference")
    assert link.code.get_text() == "Readout"
    assert soup.find("cite") is None


def test_a_changed_docstring_reaches_a_warm_book(tmp_path):
    book = make_book(tmp_path / "book")
    write_page(book, "heads", SHOW_HEADS)
    write_toc(book, "heads")
    done = build_book(book)
    assert done.returncode == 0, done.stderr
    page = book / "_build" / "html" / "book" / "heads.html"
    source = book / "rnn_core" / "heads.py"
    before = "A linear layer on the hidden state."
    assert before in page.read_text("utf8")
    source.write_text(source.read_text("utf8").replace(before, "A changed sentence."), "utf8")
    assert build_book(book).returncode == 0
    assert "A changed sentence." in page.read_text("utf8")


def test_a_module_may_move_to_another_page(tmp_path):
    book = make_book(tmp_path / "book")
    write_page(book, "second", SHOW_HEADS)
    write_page(book, "first", "Nothing yet.")
    write_toc(book, "first", "second")
    assert build_book(book).returncode == 0
    write_page(book, "first", SHOW_HEADS)
    write_page(book, "second", "Nothing left.")
    done = build_book(book)
    assert done.returncode == 0, done.stderr


def test_a_module_on_two_pages_fails_the_build(tmp_path):
    book = make_book(tmp_path / "book")
    write_page(book, "first", SHOW_HEADS)
    write_page(book, "second", SHOW_HEADS)
    write_toc(book, "first", "second")
    done = build_book(book)
    assert done.returncode != 0
    assert "duplicate object description of rnn_core.heads" in done.stderr


def test_a_module_that_is_not_there_fails_the_build(tmp_path):
    done = build_book(make_book(tmp_path / "book", SHOW_HEADS.replace("heads", "nowhere")))
    assert done.returncode != 0
    assert "rnn_core.nowhere" in done.stderr
