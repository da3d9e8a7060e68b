"""The six seeded faults of the page on training are real: one check sees each, its fix mends it.

The code is taken from the page itself: the cells tagged `setup`, one cell tagged `bug`, and the
cell tagged `fix` of the same name. A check that fails must fail as a check, by an AssertionError;
anything else that goes wrong is an error of the test.
"""

from __future__ import annotations

import ast

import matplotlib as mpl
import numpy as np
import pytest

from tests.book import lessons

PAGE = "book/code/training"
SEEN_BY = {
    "accumulation": "check_gradients",
    "order": "check_agreement",
    "carried": "check_batches",
    "padding": "check_padding",
    "target": "check_targets",
    "gates": "check_gates",
}
CHECKS = sorted(SEEN_BY.values())


def tagged(tag: str) -> dict[str, str]:
    """Return the cells of the page with a tag, by their id."""
    return {c["id"]: c["source"] for c in lessons.cells(PAGE) if tag in lessons.tags(c)}


def definition(source: str) -> dict[str, str]:
    """Return what a cell defines, by name, without comments and blank lines."""
    found = {}
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef):
            found[node.name] = ast.dump(node)
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            found[node.targets[0].id] = ast.dump(node)
    return found


@pytest.fixture
def page():
    """Return the names that the setup cells of the page define."""
    names: dict = {}
    with mpl.rc_context():
        for source in tagged("setup").values():
            exec(compile(source, PAGE, "exec"), names)
    return names


@pytest.fixture(params=SEEN_BY)
def fault(request: pytest.FixtureRequest) -> str:
    """Return each fault in turn."""
    return request.param


def failing(names: dict) -> list[str]:
    """Return the checks that raise an AssertionError; anything else that is raised comes out."""
    found = []
    for name in CHECKS:
        try:
            names[name]()
        except AssertionError:
            found.append(name)
    return found


def test_the_page_has_six_faults_each_with_its_fix():
    assert list(tagged("bug")) == [f"bug-{name}" for name in SEEN_BY]
    assert list(tagged("fix")) == [f"fix-{name}" for name in SEEN_BY]


def test_the_sound_program_passes_every_check(page):
    assert failing(page) == []
    assert page["failing"]() == []


def test_a_fault_is_seen_by_its_check_alone_and_mended_by_its_fix(page, fault):
    exec(tagged("bug")[f"bug-{fault}"], page)
    assert failing(page) == [SEEN_BY[fault]]
    assert page["failing"]() == [SEEN_BY[fault]]
    exec(tagged("fix")[f"fix-{fault}"], page)
    assert failing(page) == []


def test_no_other_fix_mends_a_fault(page, fault):
    exec(tagged("bug")[f"bug-{fault}"], page)
    for name, source in tagged("fix").items():
        if name != f"fix-{fault}":
            with pytest.raises(AssertionError):
                exec(source, page)
    assert failing(page) == [SEEN_BY[fault]]


def test_a_fault_changes_one_definition_and_the_fix_is_the_sound_one(fault):
    sound = definition("\n".join(tagged("setup").values()))
    ((name, faulty),) = definition(tagged("bug")[f"bug-{fault}"]).items()
    assert faulty != sound[name]
    assert definition(tagged("fix")[f"fix-{fault}"]) == {name: sound[name]}


def test_a_program_with_a_fault_trains_without_complaint(page, fault):
    exec(tagged("bug")[f"bug-{fault}"], page)
    with np.errstate(all="raise", under="ignore"):
        _, losses, norms = page["run"](0, updates=10)
    assert np.isfinite(losses).all()
    assert np.isfinite(norms).all()
    assert (norms > 0).all()


def test_the_forgotten_sum_is_not_seen_with_a_single_step(page):
    exec(tagged("bug")["bug-accumulation"], page)
    page["check_gradients"](T=1)
    with pytest.raises(AssertionError):
        page["check_gradients"](T=2)


def test_the_program_of_the_page_is_as_sharp_as_its_tolerances_say(page):
    """A hundredth of the fault is seen too: the checks do not pass by a wide tolerance."""
    right = page["lstm_step_back"]

    def slightly_off(old, new, d_h, d_c):
        d_a, d_c = right(old, new, d_h, d_c)
        return d_a, 1.0001 * d_c

    page["lstm_step_back"] = slightly_off
    assert failing(page) == ["check_gradients"]


def test_the_seventh_fault_passes_all_six_and_is_seen_by_the_check_of_its_solution(page):
    sources = {cell["id"]: cell["source"] for cell in lessons.cells(PAGE)}
    for name in ("seventh", "sol-seventh", "sol-seventh-check"):
        exec(sources[name], page)
    assert failing(page) == []
    page["check_best"](page["fit_best_mended"])
    with pytest.raises(AssertionError):
        page["check_best"](page["fit_best"])
