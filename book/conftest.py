"""While nbval runs the pages: a check of an exercise must fail as long as there is no answer.

Right before the first cell of a solution the wrong answers of `tools/prove.py` are given, each with
the check behind it, in the page's own kernel. So this costs no second run of the pages.
"""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tools"))

import prove

TIMEOUT = 600


def trials(cells: Iterable) -> dict[str, list[tuple[str, str, str]]]:
    """Return by the id of a first solution cell: name and code of each wrong answer, the check."""
    found: dict[str, list[tuple[str, str, str]]] = {}
    answer: list = []
    for cell in cells:
        tags = cell.metadata.get("tags", ())
        if cell.cell_type == "markdown":
            answer = [] if "{solution-start}" in cell.source else answer
        elif "solution" in tags:
            answer.append(cell)
        elif "check" in tags:
            if not answer:
                raise ValueError(f"{cell.id}: a check without cells tagged `solution` before it")
            wrong = prove.wrong_answers("\n\n".join(each.source for each in answer))
            found[answer[0].id] = [(name, code, cell.source) for name, code in wrong.items()]
            answer = []
    return found


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Try the wrong answers before a solution runs."""
    cell = getattr(item, "cell", None)
    for name, code, check in trials(item.parent.nb.cells).get(cell.id, ()) if cell else ():
        _raises(item, code)
        if not _raises(item, check):
            pytest.fail(f"the check passes with {name}:\n{check}", pytrace=False)
    return (yield)


def _raises(item: pytest.Item, code: str) -> bool:
    """Run code in the kernel of the page; return whether it raised."""
    kernel = item.parent.kernel
    asked = kernel.execute_cell_input(code, allow_stdin=False)
    while True:
        answer = kernel.get_message("shell", timeout=TIMEOUT)
        if answer["parent_header"].get("msg_id") == asked:
            return answer["content"]["status"] != "ok"
