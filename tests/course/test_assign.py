"""An assignment of every page: answers out, checks in, nothing raw, ids that stay."""

from __future__ import annotations

import re
import subprocess
import sys

import assign
import nbformat
import plain_markdown
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell

import rnn_core
from tests.book import lessons

SITE = "https://example.org/course"
BOOK = assign.the_book()
ON_THE_WEB = assign.the_book(SITE)
RAW = re.compile(r"^[`:]{3,}\{|^\([\w-]+\)=$|\{[\w:]+\}`|\0|^:\w+:", re.MULTILINE)


@pytest.fixture(params=assign.pages(), scope="module")
def page(request: pytest.FixtureRequest) -> str:
    """Return each page with exercises in turn."""
    return request.param


@pytest.fixture(scope="module")
def cells(page: str) -> list:
    """Return the cells of the page's source notebook."""
    return assign.make(page, BOOK).cells


def marked(cells: list) -> dict[str, dict]:
    """Return nbgrader's metadata by name."""
    found = [cell.metadata["nbgrader"] for cell in cells if "nbgrader" in cell.metadata]
    assert len({each["grade_id"] for each in found}) == len(found)
    return {each["grade_id"]: each for each in found}


def texts(cells: list) -> list[str]:
    """Return the Markdown of cells."""
    return [cell.source for cell in cells if cell.cell_type == "markdown"]


def test_every_lesson_can_be_assigned():
    assert [f"book/{page}" for page in assign.pages()] == lessons.LESSONS


def test_no_myst_is_left_raw(cells):
    assert [found for text in texts(cells) for found in RAW.findall(text)] == []


def test_no_link_leads_to_a_file_of_the_book(page):
    for text in [
        *texts(assign.make(page, BOOK).cells),
        *texts(assign.make(page, ON_THE_WEB).cells),
    ]:
        text = re.sub(r"```.*?```|`[^`\n]+`", "", text, flags=re.DOTALL)
        assert re.findall(r"\]\((?!https?://|mailto:)[^)]*\)", text) == []


def test_a_formula_is_kept_as_it_is(page, cells):
    """Each formula outside of the directives stands in the notebook, letter by letter."""
    words = "\n\n".join(texts(cells))
    for cell in lessons.cells(f"book/{page}"):
        if cell["cell_type"] == "markdown" and "{solution" not in cell["source"]:
            for formula in re.findall(r"(?<![\\$])\$[^$\n]+\$", cell["source"]):
                assert formula in words


def test_every_exercise_has_its_statement_its_answer_and_its_points(page, cells):
    names = marked(cells)
    for exercise in lessons.exercises(f"book/{page}"):
        (kind,) = exercise.kinds & lessons.KINDS
        graded = exercise.label + ("-check" if kind == "code" else "")
        assert names[f"{exercise.label}-text"]["locked"]
        assert names[exercise.label]["solution"]
        assert names[graded]["grade"]
        assert names[graded]["points"] == assign.POINTS[kind]
    assert len([each for each in names.values() if each["grade"]]) == len(
        lessons.exercises(f"book/{page}")
    )


def test_answer_and_check_are_the_pages_own(page, cells):
    """So what nbval proves of the page's checks holds for those of the notebook."""
    by_name = {cell.id: cell.source for cell in cells}
    for exercise in lessons.exercises(f"book/{page}"):
        if "code" in exercise.kinds:
            answer = "\n\n".join(
                c["source"] for c in exercise.code if "solution" in lessons.tags(c)
            )
            assert by_name[exercise.label] == f"### BEGIN SOLUTION\n{answer}\n### END SOLUTION"
            assert by_name[f"{exercise.label}-check"] == exercise.after["source"]
            assert "check" in lessons.tags(exercise.after)


def test_what_is_left_of_a_page_needs_nothing_that_was_left_out(page, tmp_path):
    """Code of other solutions is no cell of the notebook; no cell may use a name of theirs."""
    made = assign.make(page, BOOK)
    path = tmp_path / "made.ipynb"
    nbformat.write(made, path)
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--select", "F821", str(path)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_the_top_says_where_it_comes_from_and_what_it_needs():
    cells = assign.make("concepts/lstm", ON_THE_WEB).cells
    top = cells[0].source
    address = f"{SITE}/book/concepts/lstm.html"
    assert f"[The LSTM: a cell that decides what to keep]({address})" in top
    assert f"version {rnn_core.__version__}" in top
    assert "- compute one step of an LSTM by hand" in top
    assert "**Points**: 17." in top
    assert "`plots`, `widgets`, `store`, `train`, `sweep`" in top
    assert "pip install" not in top
    assert cells[2].source.startswith("# The LSTM")


def test_with_an_address_it_installs_from_there_and_only_where_it_must():
    (cell,) = [c for c in assign.make("concepts/lstm", ON_THE_WEB).cells if c.id == "install"]
    wheel = f"{SITE}/downloads/rnn_core-{rnn_core.__version__}-py3-none-any.whl"
    package = f"rnn-core[plots,widgets,store,train,sweep] @ {wheel}"
    assert f'if not find_spec("rnn_core"):\n    %pip install -q "{package}"\n' in cell.source
    assert f'urlopen("{SITE}/downloads/experiments.zip")' in cell.source
    (plain,) = [c for c in assign.make("math/derivatives", ON_THE_WEB).cells if c.id == "install"]
    assert "experiments" not in plain.source


def test_without_an_address_the_top_says_how_to_install_from_a_clone():
    cells = assign.make("math/derivatives", BOOK).cells
    assert "`pip install '.[plots,widgets]'`" in cells[0].source
    assert all(cell.id != "install" for cell in cells)


def test_it_names_no_path_of_a_machine(cells):
    assert not any(re.search(r"(^|[\s\"'(])/(home|root|tmp|work|Users)/", c.source) for c in cells)


def test_the_words_that_point_to_an_exercise_point_to_its_number():
    (cell,) = [c for c in assign.make("concepts/lstm", BOOK).cells if c.id == "scores-after"]
    assert "(Exercise 5 asks for it)" in cell.source


def test_a_figure_keeps_its_caption():
    (cell,) = [c for c in assign.make("concepts/lstm", BOOK).cells if c.id == "picture-2"]
    assert cell.source.startswith("**Figure 1.** The cell state of every unit")


def test_ids_do_not_change_when_a_cell_comes_before(page):
    cells = nbformat.read(assign.BOOK / f"{page}.ipynb", as_version=4).cells
    more = [cells[0], new_markdown_cell("More."), new_code_cell("1"), *cells[1:]]
    ids, again, longer = (ids_of(page, some) for some in (cells, cells, more))
    assert ids == again
    assert [name for name in longer if name in ids] == ids
    assert len(longer) == len(ids) + 2


def ids_of(page: str, cells: list) -> list[str]:
    """Return the ids of a notebook made of cells."""
    made = assign.Assignment(page, BOOK, {})
    made.announce(cells)
    for cell in cells:
        made.add(cell)
    return [cell.id for cell in made.notebook().cells]


def test_ids_that_an_exercise_and_a_cell_share_are_an_error():
    exercise = "```{exercise} A\n:label: ex-a\n:class: understanding\nWhy?\n```\n"
    made = assign.Assignment("a/page", BOOK, {})
    made.add(new_code_cell("1", id="ex-a-text"))
    made.add(new_markdown_cell(f"{exercise}\n```{{solution}} ex-a\nSo.\n```", id="b"))
    with pytest.raises(ValueError, match=r"a/page: cells and exercises share the ids .*ex-a-text"):
        made.notebook()


def test_stored_experiments_go_with_the_notebook(tmp_path):
    notebook = assign.make("code/ladder", BOOK)
    folder = assign.write(notebook, "code/ladder", tmp_path)
    assert (folder / "code-ladder.ipynb").is_file()
    assert (folder / "_experiments" / "ladder.csv").is_file()
    assert not (folder / "_experiments" / "ctc.csv").exists()


def test_files_that_a_script_names_in_parts_go_with_it():
    files = assign.companions(assign.make("applications/language", BOOK), "applications/language")
    stored = {path.name for path in (assign.BOOK / "_experiments").glob("language_*")}
    assert len(stored) == 3
    assert {f"_experiments/{name}" for name in stored} <= files.keys()


def test_tables_that_a_page_names_in_a_list_go_with_it():
    files = assign.companions(assign.make("applications/choosing", BOOK), "applications/choosing")
    tables = ("choosing", "deeper", "ladder", "seq2seq", "series")
    assert {f"_experiments/{name}.csv" for name in tables} <= files.keys()


def test_what_a_page_reads_lies_beside_it(page, cells):
    notebook = nbformat.v4.new_notebook(cells=cells)
    code = "".join(cell.source for cell in cells if cell.cell_type == "code")
    assert "../" not in code
    named = set(re.findall(r"(?:_experiments|benchmarks)/[\w.]+\w", code))
    assert {name for name in named if "." in name} <= assign.companions(notebook, page).keys()


def test_a_page_that_reads_itself_gets_its_text_without_the_exercises():
    notebook = assign.make("background/history", BOOK)
    text = assign.companions(notebook, "background/history")["_experiments/history.json"]
    assert "### " in text
    assert "BEGIN SOLUTION" not in text


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["concepts/lstn"], "did you mean concepts/lstm"),
        (["nothing/like/it/at/all"], "no page with exercises is called"),
        (["notation"], "the page notation has no exercises"),
        ([], "expected a page or --all"),
        (["concepts/rnn", "--all"], "expected a page or --all"),
        (["concepts/rnn", "--site", "example.org"], "site: expected an address with http"),
        (["concepts/rnn", "--hidden", "nowhere.yml"], "hidden: no such file: nowhere.yml"),
    ],
)
def test_what_it_is_told_wrongly_it_says(words, said, monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(sys, "argv", ["assign.py", *words, "--course", str(tmp_path)])
    with pytest.raises(SystemExit) as ended:
        assign.main()
    assert ended.value.code == 2
    assert said in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("words", ["concepts/lstm", "book/concepts/lstm.ipynb"])
def test_a_page_is_known_by_its_file_too(words):
    assert assign.page_named(words) == "concepts/lstm"


def test_a_figure_of_another_page_has_no_number_here():
    with pytest.raises(ValueError, match="numref"):
        plain_markdown.convert("{numref}`fig-elsewhere`", "concepts/gru", BOOK, {})
