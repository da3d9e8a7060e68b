"""The formulas of the mathematics pages, read from their TeX and run: they give the gradients.

The code of the pages is tested in `test_printed_gradients`. This is about the other copy, the one
that is typeset: it is evaluated as it stands, on columns, without a line of the pages' code.
"""

from __future__ import annotations

import re

import numpy as np
import pytest

from tests.book import lessons
from tests.book.test_printed_gradients import PAGES, differences, functions, of_package, printed
from tests.book.typeset import System, numbered, tokens
from tests.cases import draw, make

# What the prose says beside a formula: the letters that k stands for.
LETTERS = {f"L{n}": "ifgo" for n in (1, 14, 15, 16)} | {"G15": "rzn", "G16": "rz", "G17": "rzn"}
GIVEN = {"R3", "L5"}
UNFOLDED = {"R11": r"\partial L", "L20": r"\delta^c_t"}
AT_THE_END = re.compile(r"\$(\\delta\^h_T = [^$]+)\$")
T = 4


def formulas(variant):
    """Return the formulas of a variant: of the GRU, those of one place of the reset gate."""
    page = lessons.prose(PAGES[variant])
    other = {"gru after b_nh": "b", "gru before": "a"}.get(variant, "-")
    found = {n: tex for n, tex in numbered(page).items() if n not in GIVEN and n[-1] != other}
    if variant != "lstm":
        found["end"] = AT_THE_END.search(page)[1]
    return found


def run(variant, found, cell, x, start, e, end):
    """Return the system of the formulas, and every gradient they give for one sequence."""
    given = dict(cell.params.items())
    given = {name: v[:, None] if v.ndim == 1 else v for name, v in given.items()}
    given |= {("x", t): x[t - 1].T for t in range(1, T + 1)}
    given |= {("e", t): e[t - 1].T for t in range(1, T + 1)} | {("e", 0): 0.0}
    given |= {(k, 0): v.T for k, v in start._asdict().items()}
    given |= {f"δend,{k}": v.T for k, v in end._asdict().items()} | {"δend": end.h.T}
    system = System(given, T)
    for number, tex in found.items():
        if number not in UNFOLDED:
            system.add(tex, LETTERS.get(number, ""))
    grads = {name: system.value(f"∂{name}").reshape(v.shape) for name, v in cell.params.items()}
    for k in start._fields:
        every = [system.value(f"δ{k}", t).T for t in range(T + 1)]
        grads |= {k: np.array(every[1:]), f"{k}_0": every[0]}
    grads["x"] = np.array([system.value("δx", t).T for t in range(1, T + 1)])
    return system, grads


@pytest.mark.parametrize("units", [1, 3])
@pytest.mark.parametrize("variant", PAGES)
def test_the_formulas_as_typeset_give_the_gradients_of_the_package(variant, units):
    cell = make(variant, 2, units)
    given = draw(cell, T, 1)
    _, grads = run(variant, formulas(variant), cell, *given)
    assert differences(grads, of_package(cell, *given)) < 1e-12


@pytest.mark.parametrize(
    ("variant", "number", "name"), [("rnn tanh", "R11", "∂W_hh"), ("lstm", "L20", "δc")]
)
def test_a_recursion_put_into_itself_is_the_recursion(variant, number, name):
    cell, found = make(variant, 2, 3), formulas(variant)
    x, start, e, end = draw(cell, T, 1)
    if number == "R11":  # its text puts what comes from beyond into the last e
        e[-1], end = e[-1] + end.h, type(end)(0 * end.h)
    system, _ = run(variant, found, cell, x, start, e, end)
    right = tokens(found[number].split("=", 1)[1])
    for at in [None] if number == "R11" else range(1, T + 1):
        value = system.evaluate(right, {"t": at, "T": T})
        assert abs(value - system.value(name, at)).max() < 1e-12


CHANGES = [
    (r"\^\\top", ""),
    (r"t\+1", "t"),
    (r"t-1", "t"),
    (r"(?<=\w|\)|\}) \+ ", " - "),
    (r"1 - ", "1 + "),
    (r"(?<=[a-z]_t) - ", " + "),
    (r" \\odot ", " + "),
    (r"W_\{n?\w?h\}\^\\top", ""),
]


def changed(found):
    """Yield the formulas with one place of one of them changed, for each place and change."""
    for number, tex in found.items():
        for pattern, other in CHANGES if number not in UNFOLDED else ():
            for place in re.finditer(pattern, tex):
                wrong = tex[: place.start()] + other + tex[place.end() :]
                yield number, wrong, {**found, number: wrong}


@pytest.mark.parametrize("variant", PAGES)
def test_a_typeset_formula_that_is_changed_is_noticed(variant):
    cell = make(variant, 2, 3)
    given = draw(cell, T, 1)
    wanted, tried, missed = of_package(cell, *given), 0, []
    for number, wrong, found in changed(formulas(variant)):
        tried += 1
        try:
            _, grads = run(variant, found, cell, *given)
            if differences(grads, wanted) < 1e-3:
                missed.append((number, wrong))
        except (AssertionError, KeyError, RecursionError, ValueError):
            pass
    assert tried >= 15
    assert missed == []


def test_the_small_derivatives_as_typeset_are_those_of_the_printed_code():
    names, rng = functions(printed("book/math/derivatives")), np.random.default_rng(0)
    u, v, y, s, d = rng.standard_normal((5, 4, 1))
    W, x, p = rng.standard_normal((4, 3)), rng.standard_normal((3, 1)), names["softmax"](s.T).T
    d_x, d_W, d_b = names["matrix_back"](W, x.T, d.T)
    d_u, d_v = names["product_back"](u, v, d)
    wanted = {
        "D5": [names["tanh_back"](y, d)],
        "D6": [names["sigmoid_back"](y, d)],
        "D7": [d_u, d_v],
        "D8": [d_x.T],
        "D9": [d_W],
        "D10": [d_b[:, None]],
        "D11": [names["squared_error_back"](v, y)],
        "D12": [names["softmax_jacobian"](s[:, 0])],
        "D13": [names["cross_entropy_back"](s.T, np.array([2])).T],
    }
    given = {"u": u, "v": v, "y": y, "W": W, "x": x, "p": p, "δy": d, "δa": d}
    given |= {r"\haty": v, "q": np.eye(4)[:, 2:3]}
    found = numbered(lessons.prose("book/math/derivatives"))
    for number, values in wanted.items():
        tex = re.sub(r"\\quad \\text\{for.*", "", found[number]).replace(r"\mathbb{1}_k", "q")
        sides = [each.split("=", 1)[1] for each in re.split(r", \\qquad", tex)]
        for side, value in zip(sides, values, strict=True):
            assert abs(System(given, 1).evaluate(tokens(side), {}) - value).max() < 1e-14
