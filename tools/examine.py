"""Run a submission for nbgrader so that no cell of it can stop, or profit from, the rest.

nbgrader gives a check its points when it left no error. So when a kernel dies, every cell after
that must have an error of its own; and a cell that writes without end is stopped before it fills
memory.
"""

from __future__ import annotations

import asyncio

from nbclient.exceptions import DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.preprocessors import Execute
from nbgrader.preprocessors.base import NbGraderPreprocessor
from traitlets import Integer

DIED = "The kernel died: the code of this cell, or of one before it, ended it or took too much."
FLOOD = "This cell wrote more than is kept; it was stopped."


class Examine(Execute):
    """nbgrader's run of a notebook, going on where a kernel has died."""

    most_output = Integer(200_000, help="Characters that one cell may write.").tag(config=True)

    def preprocess(self, nb, resources=None, km=None):
        """Run all cells; see nbconvert's ExecutePreprocessor."""
        self.is_dead, self.written = False, 0
        return super().preprocess(nb, resources, km)

    def preprocess_cell(self, cell: NotebookNode, resources, index: int):
        """Run a cell, or say that there is no kernel to run it."""
        self.written = 0
        if cell.cell_type == "code" and not self.is_dead:
            try:
                return super().preprocess_cell(cell, resources, index)
            except DeadKernelError:
                self.is_dead = True
        if cell.cell_type == "code":
            cell.outputs.append(_error("DeadKernelError", DIED))
        return cell, resources

    def process_message(self, msg, cell: NotebookNode, cell_index: int):
        """Take what a cell writes, until it is too much."""
        if msg["msg_type"] in ("stream", "display_data", "update_display_data"):
            self.written += len(str(msg["content"]))
            if self.written > self.most_output:
                if not any(output.get("ename") == "OutputError" for output in cell.outputs):
                    cell.outputs.append(_error("OutputError", FLOOD))
                    self._interrupting = asyncio.ensure_future(self.km.interrupt_kernel())
                return None
        return super().process_message(msg, cell, cell_index)


class ShortErrors(NbGraderPreprocessor):
    """Leave what an error says, and drop where it arose: that would print the hidden tests."""

    def preprocess_cell(self, cell: NotebookNode, resources, index: int):
        """Shorten the errors of a cell that has hidden tests."""
        if cell.cell_type == "code" and "BEGIN HIDDEN TESTS" in cell.source:
            for output in cell.outputs:
                if output.output_type == "error":
                    output.traceback = [f"{output.ename}: {output.evalue}"]
        return cell, resources


def _error(name: str, message: str) -> NotebookNode:
    return new_output("error", ename=name, evalue=message, traceback=[f"{name}: {message}"])
