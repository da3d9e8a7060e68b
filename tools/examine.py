"""Run a submission for nbgrader so that no cell of it can stop, or profit from, the rest.

nbgrader gives a check its points when it left no error. So when a kernel dies, every cell after
that must have an error of its own; a cell that writes without end is stopped before it fills
memory; and what a student's file says about how to run a cell is not followed.

Code can read the hidden tests while they run. It must not hand them on: from the first of them on,
no earlier output can be changed, and the feedback shows of an error no more than its kind.
"""

from __future__ import annotations

import asyncio
import builtins

from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbconvert.preprocessors import CSSHTMLHeaderPreprocessor
from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.preprocessors import ClearHiddenTests, Execute, GetGrades
from nbgrader.preprocessors.base import NbGraderPreprocessor
from traitlets import Dict, Integer

HIDDEN = "### BEGIN HIDDEN TESTS"
LATE = "CellTimeoutError"
SAID = {
    "DeadKernelError": "The kernel died: this cell, or one before it, ended it or took too much.",
    "OutputError": "This cell wrote more than is kept; it was stopped.",
    LATE: "This cell took longer than it may; it was stopped.",
}
LEFT_OUT = (
    "(What it says is left out, as is all output from the first test on that is not shown. "
    "Where the cell runs without an error in your notebook, such a test has failed.)"
)


class Examine(Execute):
    """nbgrader's run of a notebook, going on where a kernel has died."""

    most_output = Integer(200_000, help="Characters that one cell may write.").tag(config=True)
    error_on_timeout = Dict({"ename": LATE, "evalue": SAID[LATE], "traceback": [SAID[LATE]]})

    def preprocess(self, nb, resources=None, km=None):
        """Run all cells; see nbconvert's ExecutePreprocessor."""
        self.is_dead = self.is_secret = False
        return super().preprocess(nb, resources, km)

    def preprocess_cell(self, cell: NotebookNode, resources, index: int):
        """Run a cell, or say that there is no kernel to run it."""
        if cell.cell_type != "code":
            return cell, resources
        cell.metadata.pop("tags", None)  # one of them would leave the cell out
        self.written = 0
        self.is_secret |= HIDDEN in cell.source
        if not self.is_dead:
            try:
                return super().preprocess_cell(cell, resources, index)
            except CellTimeoutError:  # it did not let itself be stopped
                self.is_dead = True
                cell.outputs = [_error(LATE)]
                return cell, resources
            except DeadKernelError:
                self.is_dead = True
        cell.outputs.append(_error("DeadKernelError"))
        return cell, resources

    def process_message(self, msg, cell: NotebookNode, cell_index: int):
        """Take what a cell writes, until it is too much."""
        if msg["msg_type"].startswith("comm"):
            return None  # of a widget: nobody is there who could move it
        if self.is_secret:
            msg["content"].pop("transient", None)  # by which it would change another's output
        if msg["msg_type"] in ("stream", "display_data", "update_display_data"):
            self.written += len(str(msg["content"]))
            if self.written > self.most_output:
                if not _has(cell, "OutputError"):
                    cell.outputs.append(_error("OutputError"))
                    self._interrupting = asyncio.ensure_future(self.km.interrupt_kernel())
                return None
        return super().process_message(msg, cell, cell_index)


class Discreet(NbGraderPreprocessor):
    """Leave out of the feedback all that could give the hidden tests away."""

    def preprocess(self, nb: NotebookNode, resources):
        """Shorten what was written from the first cell on that has hidden tests."""
        self.is_secret = False
        return super().preprocess(nb, resources)

    def preprocess_cell(self, cell: NotebookNode, resources, index: int):
        """Leave of the output of a cell the kind of its error."""
        if cell.cell_type == "code":
            self.is_secret |= HIDDEN in cell.source
            if self.is_secret:
                errors = [out.ename for out in cell.outputs if out.output_type == "error"]
                # An interrupt is no more than how a cell was stopped.
                said = [name for name in errors if name in SAID] or errors
                cell.outputs = [_kind(name) for name in said[:1]]
        return cell, resources


# What makes a page for a student of a graded notebook.
FEEDBACK = [GetGrades, Discreet, ClearHiddenTests, CSSHTMLHeaderPreprocessor]


def _has(cell: NotebookNode, error: str) -> bool:
    return any(output.get("ename") == error for output in cell.outputs)


def _error(name: str) -> NotebookNode:
    return new_output("error", ename=name, evalue=SAID[name], traceback=[f"{name}: {SAID[name]}"])


def _kind(name: str) -> NotebookNode:
    if name in SAID:
        return _error(name)
    # A student may call an error of their own as they like, by what a test says for instance.
    known = name if isinstance(getattr(builtins, name, None), type) else "An error"
    return new_output("error", ename=known, evalue="", traceback=[f"{known} {LEFT_OUT}"])
