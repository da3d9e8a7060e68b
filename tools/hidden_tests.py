"""Read hidden tests: an instructor's YAML of code by exercise, kept out of the book.

    ex-lstm-machine: |
      assert not machine("x = 1  # 'no string'").any()
      assert machine("x = 'a'")[4:7].all(), "a string of one letter"

A key is the label of a code exercise, as the book's page and the notebook's cell ids have it. A
value is plain Python that runs after the visible check, in the same cell, and sees what the student
defined. The exercise gets its points when both run through. One file may serve a whole course.
`tools/hidden_tests.example.yml` is one to start from.
"""

from __future__ import annotations

import ast
from collections.abc import Collection
from pathlib import Path

import yaml
from build_book import ROOT

EXAMPLE = ROOT / "tools" / "hidden_tests.example.yml"


def read(path: Path, exercises: Collection[str]) -> dict[str, str]:
    """Return the tests by exercise.

    Raises
    ------
    ValueError
        If the file is missing, lies in the clone, or says something that cannot be used.
    """
    if not path.is_file():
        raise ValueError(f"hidden: no such file: {path}")
    if path.resolve().is_relative_to(ROOT) and path.resolve() != EXAMPLE:
        raise ValueError(f"hidden: {path} lies in the clone, which is public; keep it elsewhere")
    try:
        said = yaml.safe_load(path.read_text("utf8")) or {}
    except yaml.YAMLError as error:
        raise ValueError(f"hidden: {path} is no YAML: {error}") from error
    if not isinstance(said, dict):
        raise ValueError(f"hidden: expected code by exercise, got {said!r:.60}")
    for label, code in said.items():
        _check(label, code, exercises)
    return said


def _check(label: object, code: object, exercises: Collection[str]) -> None:
    if label not in exercises:
        raise ValueError(f"hidden: the book has no code exercise {label!r}")
    if not isinstance(code, str):
        raise ValueError(f"hidden: {label}: expected code as text, got {code!r:.60}")
    try:
        tree = ast.parse(code)
    except SyntaxError as error:
        raise ValueError(f"hidden: {label}: line {error.lineno}: {error.msg}") from error
    if not any(isinstance(node, ast.Assert | ast.Raise) for node in ast.walk(tree)):
        raise ValueError(f"hidden: {label}: nothing in it can fail; expected an assert")
