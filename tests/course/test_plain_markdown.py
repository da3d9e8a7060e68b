"""Plain Markdown from a page's MyST: nothing raw stays behind, nothing is lost."""

from __future__ import annotations

import plain_markdown
import pytest

ENTRIES = plain_markdown.read_sources("book/references.bib")
LABELS = {"lstm-erase": "concepts/lstm"}
BOOK = plain_markdown.Book(ENTRIES, LABELS)
ON_THE_WEB = plain_markdown.Book(ENTRIES, LABELS, "https://example.org/course/")


def plain(text: str, book: plain_markdown.Book = BOOK) -> str:
    return plain_markdown.convert(text, "concepts/gru", book, {})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("(gru)=\n# The GRU", "# The GRU"),
        ("a {term}`gate`, two {term}`gates <gate>`", "a gate, two gates"),
        ("{cite:t}`cho2014learning` write", "Cho et al. (2014) write"),
        ("a cell {cite:p}`hochreiter1997long`", "a cell (Hochreiter and Schmidhuber, 1997)"),
        ("[中文]{.language-zh}", "中文"),
        ("see [the LSTM](lstm.ipynb#lstm-erase)", "see the LSTM"),
        ("see [How far](reach.ipynb) gradients reach", "see *How far* gradients reach"),
        ("see [this](https://example.org)", "see [this](https://example.org)"),
        ("`{term}` is code, `[a](b)` too", "`{term}` is code, `[a](b)` too"),
        ("```python\nx[0](1)\n```", "```python\nx[0](1)\n```"),
        ("near $\\sqrt[3]{u}$, so $[a](b)$", "near $\\sqrt[3]{u}$, so $[a](b)$"),
        ("[A {term}`gate`](x.md)\n: Opens.\n", "- *A gate*: Opens."),
        (":::{admonition} Why\n:class: learn\n$$\na\n= b\n$$\n:::", "> **Why**\n>\n> $$a = b$$"),
        (
            ":::{admonition} Predict\n:class: predict\nOne.\n\nTwo.\n:::",
            "> **Predict**\n>\n> One.\n>\n> Two.",
        ),
    ],
)
def test_what_it_becomes(text, words):
    assert plain(text) == words


def test_equations_are_numbered_in_their_order_and_referred_to_by_number():
    numbers: dict[str, int] = {}
    first = plain_markdown.convert("$$a$$ (eq-a)\n\n$$b$$ (eq-b)", "x", BOOK, numbers)
    assert first == "$$a\\tag{1}$$\n\n$$b\\tag{2}$$"
    assert plain_markdown.convert("by {eq}`eq-b`", "x", BOOK, numbers) == "by (2)"


@pytest.mark.parametrize(
    ("link", "address"),
    [
        ("[a](lstm.ipynb)", "concepts/lstm.html"),
        ("[a](../notation.md)", "notation.html"),
        ("[a](#lstm-erase)", "concepts/lstm.html#lstm-erase"),
        ("[a](#here)", "concepts/gru.html#here"),
    ],
)
def test_links_lead_to_the_pages_where_these_have_an_address(link, address):
    assert plain(link, ON_THE_WEB) == f"[a](https://example.org/course/book/{address})"


@pytest.mark.parametrize("text", ["```{warning} x\ny\n```", "{doc}`x`"])
def test_what_it_does_not_know_is_an_error(text):
    with pytest.raises(ValueError, match="plain Markdown has nothing for"):
        plain(text)


def test_the_sources_are_known_and_each_says_where_it_is_read():
    text = "{cite:t}`cho2014learning` and {cite:p}`hochreiter1997long, graves2013generating`"
    keys = plain_markdown.cited_in(text)
    assert keys == ["cho2014learning", "hochreiter1997long", "graves2013generating"]
    lines = [plain_markdown.source_line(ENTRIES[key]) for key in keys]
    assert lines[1] == (
        "Hochreiter and Schmidhuber (1997). "
        "[Long Short-Term Memory](https://doi.org/10.1162/neco.1997.9.8.1735)."
    )
    assert lines[2].startswith(
        "Graves (2013). [Generating Sequences With Recurrent Neural Networks]("
    )
