"""Run a released notebook against its source: each check must fail without an answer, pass with it.

    python tools/prove.py RELEASE.ipynb SOURCE.ipynb

One kernel runs the cells of the release in their order. At an answer in code the release's own
empty answer is run first, then functions of the right names that do nothing; after each the check
must raise. Then the source's answer is run, and the source's check, hidden tests included, must
pass. No other cell may raise. The exit code is 0 when all is so.

It needs Jupyter's nbclient and nothing of the book, so that it also runs in a fresh environment.
"""

from __future__ import annotations

import ast
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from traitlets.config import Config

NOTHING = "# Your code here"
# Without this a kernel warns that what it says to this process could be overheard.
KERNEL = Config({"KernelManager": {"transport_encryption": "auto"}})


def hollow(answer: str) -> str:
    """Return code with the functions of an answer, doing nothing."""
    tree = ast.parse(answer)
    tree.body = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            node.body = [ast.Pass()]
            node.decorator_list = []
    return ast.unparse(tree)


def wrong_answers(answer: str, empty: str = NOTHING) -> dict[str, str]:
    """Return answers that no check may pass, each by what it is called."""
    wrong = {"no answer": empty}
    if code := hollow(answer):
        wrong["functions that do nothing"] = code
    return wrong


class Proof:
    """One run of a release; `faults` is what was wrong."""

    def __init__(self, release: Path, source: Path) -> None:
        self.release = nbformat.read(release, as_version=4)
        self.source = {cell.id: cell.source for cell in nbformat.read(source, as_version=4).cells}
        self.faults: list[str] = []
        self.proved: list[str] = []
        folder = {"metadata": {"path": str(release.resolve().parent)}}
        self.client = NotebookClient(self.release, timeout=1200, resources=folder, config=KERNEL)

    def run(self) -> None:
        """Run all cells."""
        cells = [cell for cell in self.release.cells if cell.cell_type == "code"]
        with self.client.setup_kernel():
            for cell, following in zip(cells, [*cells[1:], None], strict=True):
                about = cell.metadata.get("nbgrader", {})
                if about.get("solution"):
                    self._try(cell, following)
                elif (said := self._raised(cell.source)) is not None:
                    self.faults.append(f"{cell.id} raised {said}")

    def _try(self, answer: nbformat.NotebookNode, check: nbformat.NotebookNode | None) -> None:
        """Give wrong answers to a check; the right one is run where its cells are."""
        right = self.source[answer.id]
        for name, wrong in wrong_answers(right, answer.source).items():
            if (said := self._raised(wrong)) is not None:
                self.faults.append(f"{answer.id}: {name} raised {said}")
            if self._raised(check.source) is None:
                self.faults.append(f"{check.id} passes with {name}")
        answer.source, check.source = right, self.source[check.id]
        self.proved.append(answer.id)
        if (said := self._raised(right)) is not None:
            self.faults.append(f"{answer.id}: the book's answer raised {said}")

    def _raised(self, code: str) -> str | None:
        """Run code; return what it raised, in a line, or None."""
        cell = nbformat.v4.new_code_cell(code)
        self.release.cells.append(cell)
        try:
            self.client.execute_cell(cell, len(self.release.cells) - 1)
        except CellExecutionError as error:
            return f"{error.ename}: {error.evalue}"
        finally:
            self.release.cells.pop()
        return None


def lines(proof: Proof, seconds: float) -> Iterator[str]:
    """Yield what to report."""
    yield from (f"prove: {fault}" for fault in proof.faults)
    if not proof.faults:
        yield f"prove: {', '.join(proof.proved)}: told right from wrong, in {seconds:.0f} s"


def main() -> None:
    """Read the command line and run."""
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    proof, start = Proof(*map(Path, sys.argv[1:])), time.monotonic()
    proof.run()
    print(*lines(proof, time.monotonic() - start), sep="\n", flush=True)
    raise SystemExit(1 if proof.faults else 0)


if __name__ == "__main__":
    main()
