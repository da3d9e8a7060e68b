"""Every figure in a running JupyterLab: the kernel and the screen tell each other what changes."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

import pytest
from playwright.sync_api import Browser, expect

from tests.browser import lab
from tests.browser.probes import ask, is_legible, movable, operate, root_of
from tests.figures import NAMES, case

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("jupyterlab")]
every_figure = pytest.mark.parametrize("kind", NAMES)
recomputing = pytest.mark.parametrize("kind", [k for k in NAMES if hasattr(case(k), "LIVE")])
FIRST = f"""import json, sys
sys.path.insert(0, {str(lab.ROOT)!r})
from tests.figures import case"""
ANEW = "for _name in figure.stands: setattr(figure, _name, getattr(_fresh, _name))"
STANDS = "print(json.dumps({name: getattr(figure, name) for name in figure.stands}))"
PATIENCE_S = 10
T = TypeVar("T")


@pytest.fixture(scope="module")
def notebook(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[lab.Notebook]:
    """Open a notebook with every figure in JupyterLab and run it."""
    folder = tmp_path_factory.mktemp("lab")
    (folder / "notebooks").mkdir()
    cells = [f"{kind} = case('{kind}').make()\n{kind}" for kind in NAMES]
    lab.write_notebook(folder / "notebooks" / "figures.ipynb", FIRST, *cells)
    with (
        lab.served_lab(folder) as address,
        lab.opened_notebook(browser, address, "figures.ipynb") as notebook,
    ):
        yield notebook
    assert notebook.noise == []
    assert re.findall(r"^\[E .*", (folder / "log").read_text("utf8"), re.MULTILINE) == []


@pytest.fixture
def nth(notebook: lab.Notebook, kind: str) -> int:
    """Let the kernel set a figure as it stood at first, by name `figure`; return its place."""
    place = NAMES.index(kind)
    notebook.run(f"figure, _fresh = {kind}, case('{kind}').make()\n{ANEW}")
    expect(root_of(notebook.page, place)).to_have_class(re.compile(rf"\brnnw-{kind}\b"))
    shows_what_the_kernel_draws(notebook, place)
    return place


def soon(question: Callable[[], T]) -> T:
    """Return the first answer that is true, for messages take their time."""
    until = time.monotonic() + PATIENCE_S
    while not (answer := question()) and time.monotonic() < until:
        time.sleep(0.05)
    assert answer
    return answer


def shows_what_the_kernel_draws(notebook: lab.Notebook, nth: int) -> None:
    """Assert that the screen comes to show what the figure in the kernel draws."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        drawn = notebook.run("print(figure.drawing())")
        found = ask(notebook.page, "differences", drawn, True, nth=nth)
        if not found:
            return
    raise AssertionError("\n".join(found))


def stands(notebook: lab.Notebook) -> dict[str, object]:
    """Return how the figure in the kernel stands."""
    return json.loads(notebook.run(STANDS))


@every_figure
def test_a_trait_set_in_the_kernel_changes_the_screen(
    notebook: lab.Notebook, nth: int, kind: str
) -> None:
    name, value = case(kind).TURN
    before = root_of(notebook.page, nth).inner_html()
    notebook.run(f"figure.{name} = {value!r}")
    shows_what_the_kernel_draws(notebook, nth)
    assert root_of(notebook.page, nth).inner_html() != before


@every_figure
def test_a_control_moved_on_the_screen_sets_the_trait_in_the_kernel(
    notebook: lab.Notebook, nth: int
) -> None:
    before, moved = stands(notebook), False
    for control in movable(notebook.page, nth):
        if not operate(control) or control.evaluate("e => e.nodeName === 'BUTTON'"):
            continue  # a button may have nothing to change
        after = soon(lambda before=before: (now := stands(notebook)) != before and now)
        before, moved = after, True
    assert moved
    shows_what_the_kernel_draws(notebook, nth)


@recomputing
def test_the_kernel_recomputes_what_a_page_cannot_show(
    notebook: lab.Notebook, nth: int, kind: str
) -> None:
    code, text = case(kind).LIVE
    figure = root_of(notebook.page, nth)
    expect(figure).not_to_contain_text(text)
    notebook.run(code)
    expect(figure).to_contain_text(text)
    shows_what_the_kernel_draws(notebook, nth)


@every_figure
def test_the_notebook_does_not_hear_the_keys(notebook: lab.Notebook, nth: int) -> None:
    controls = movable(notebook.page, nth)
    controls[0].focus()  # which selects the cell
    before = notebook.stands()
    assert before[:2] == [nth + 1, "command"]
    for control in controls:
        control.focus()
        for key in ("ArrowDown", "ArrowUp", "ArrowRight", "Home", "j", "k", "b", "d", "d", "x"):
            notebook.page.keyboard.press(key)
    assert notebook.stands() == before


@every_figure
def test_it_is_dark_where_jupyterlab_is(notebook: lab.Notebook, nth: int) -> None:
    paper = "e => getComputedStyle(e).backgroundColor.match(/\\d+/g).slice(0, 3).map(Number)"
    figure, seen = root_of(notebook.page, nth), {}
    for theme in ("JupyterLab Light", "JupyterLab Dark"):
        notebook.command("apputils:change-theme", theme=theme)
        figure.scroll_into_view_if_needed()
        seen[theme] = max(figure.evaluate(paper))
        is_legible(notebook.page, 0, nth)
    assert seen["JupyterLab Dark"] < 40
    assert seen["JupyterLab Light"] > 230
