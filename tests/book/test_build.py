"""A build fails when anything is wrong, even on a warm cache, and executes only what changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.book.scratch import make_book, write_notebook, write_page, write_toc
from tests.conftest import build_book

pytestmark = pytest.mark.xdist_group("small books")

COUNT = "with open('runs.txt', 'a') as f:\n    f.write('x')"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("![A picture](missing.png)", "missing.png"),
        ("See {ref}`nowhere`.", "nowhere"),
        ("See [the page](missing.md).", "missing.md"),
        ("See {eq}`no-equation`.", "no-equation"),
        ("Cited {cite:p}`nobody1900`.", "nobody1900"),
        ("A formula $\\frac{1}$ that is not one.", r"\\frac{1}"),
        ("A formula $\\nosuchcommand x$.", "nosuchcommand"),
    ],
    ids=["image", "reference", "page", "equation", "citation", "formula", "command"],
)
def test_what_is_wrong_on_a_page_fails_the_build(tmp_path, body, message):
    book = make_book(tmp_path / "book", body)
    done = build_book(book)
    assert done.returncode != 0
    assert message in done.stderr
    assert "book/index" in done.stderr


def test_a_failed_build_fails_again(tmp_path):
    book = make_book(tmp_path / "book", "See {ref}`nowhere`.")
    assert build_book(book).returncode != 0
    assert build_book(book).returncode != 0


def test_a_page_without_description_fails_the_build(tmp_path):
    book = make_book(tmp_path / "book")
    (book / "book" / "index.md").write_text("# A title\n\nText.\n", "utf8")
    done = build_book(book)
    assert done.returncode != 0
    assert "no description" in done.stderr


def test_a_page_that_the_toc_names_must_exist(tmp_path):
    book = make_book(tmp_path / "book")
    write_toc(book, "gone")
    done = build_book(book)
    assert done.returncode != 0
    assert "book/gone" in done.stderr


def test_a_notebook_that_raises_fails_the_build(tmp_path):
    book = make_book(tmp_path / "book")
    write_notebook(book, "wrong", "raise RuntimeError('the cell went wrong')")
    write_toc(book, "wrong")
    done = build_book(book)
    assert done.returncode != 0
    assert "the cell went wrong" in done.stderr


@pytest.fixture(scope="module")
def book_with_notebook(tmp_path_factory) -> Path:
    """Make and build a book whose one notebook counts how often it runs."""
    book = make_book(tmp_path_factory.mktemp("cached") / "book")
    write_notebook(book, "counted", "import rnn_core", COUNT)
    write_toc(book, "counted")
    done = build_book(book)
    assert done.returncode == 0, done.stderr
    return book


def runs(book: Path) -> int:
    """Return how often the notebook of the book has run."""
    return len((book / "book" / "runs.txt").read_text("utf8"))


def test_only_what_changed_is_executed(book_with_notebook):
    book = book_with_notebook
    before = runs(book)
    assert "executing" not in build_book(book).stdout
    write_page(book, "index", "Other prose.")
    assert build_book(book).returncode == 0
    assert "Other prose." in (book / "_build" / "html" / "book" / "index.html").read_text("utf8")
    assert runs(book) == before
    with (book / "rnn_core" / "__init__.py").open("a", encoding="utf8") as file:
        file.write("\nCHANGED = True\n")
    assert "executing 1 notebook" in build_book(book).stdout
    assert runs(book) == before + 1
    experiments = book / "book" / "_experiments"
    experiments.mkdir()
    (experiments / "lengths.csv").write_text("seed,steps\n0,100\n", "utf8")
    assert "executing 1 notebook" in build_book(book).stdout
    assert runs(book) == before + 2


def test_breaking_the_package_fails_the_build_on_a_warm_cache(book_with_notebook):
    book = book_with_notebook
    source = book / "rnn_core" / "__init__.py"
    sound = source.read_text("utf8")
    assert build_book(book).returncode == 0
    source.write_text(sound + "\nraise RuntimeError('broken on purpose')\n", "utf8")
    done = build_book(book)
    assert done.returncode != 0
    assert "broken on purpose" in done.stderr
    source.write_text(sound, "utf8")
    assert build_book(book).returncode == 0


def test_a_page_that_left_the_toc_leaves_the_book(tmp_path):
    book = make_book(tmp_path / "book")
    write_page(book, "second", "Text.")
    write_toc(book, "second")
    assert build_book(book).returncode == 0
    assert (book / "_build" / "html" / "book" / "second.html").is_file()
    write_toc(book)
    assert build_book(book).returncode == 0
    assert not (book / "_build" / "html" / "book" / "second.html").exists()
