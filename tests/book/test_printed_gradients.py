"""The gradients of the mathematics and code chapters, as printed: right, for every shape.

The functions are taken from the pages themselves: the cells tagged `printed` are executed, no more.
They are held against the cells of `rnn_core`, finite differences and PyTorch; and every one of
their formulas is changed in turn, to see that the comparison notices.
"""

from __future__ import annotations

import ast
import re

import experiments
import numpy as np
import pytest
from safetensors.numpy import load_file

from rnn_core import HC, H
from rnn_core.gradcheck import directional_errors
from tests.book import lessons, site
from tests.cases import SHAPES, SOURCES, TORCH, draw, fixture, make, same, shape_id, snapshot

EXPERIMENT = lessons.ROOT / "book" / "_experiments" / "torch_bptt.py"
PAGES = {
    "rnn tanh": "book/math/bptt_rnn",
    "lstm": "book/math/bptt_lstm",
    "gru after b_nh": "book/math/bptt_gru",
    "gru before": "book/math/bptt_gru",
}
# What the loss sends is given, so (R3) and (L5) stand in no code.
GIVEN = {"R3", "L5"}
BACKWARD = {
    "rnn tanh": ["rnn_backward"],
    "lstm": ["lstm_step_back", "lstm_backward"],
    "gru after b_nh": ["gru_step_back", "gru_backward"],
    "gru before": ["gru_step_back", "gru_backward"],
}
STORED = {"rnn": "rnn tanh", "lstm": "lstm", "gru": "gru after b_nh", "gru before": "gru before"}


def printed(page: str) -> str:
    """Return the code of the cells of a page that are tagged `printed`."""
    found = [c["source"] for c in lessons.cells(page) if "printed" in lessons.tags(c)]
    assert found, page
    return "\n\n".join(found)


def functions(code: str) -> dict:
    """Execute code that needs nothing but NumPy, and return what it defines."""
    names: dict = {"np": np}
    exec(compile(code, "printed", "exec"), names)
    return names


PRINTED = {variant: functions(printed(page)) for variant, page in PAGES.items()}


def forward(variant, names, p, x, start):
    """Run a printed forward pass; return every h and c, and what the backward pass needs."""
    if variant == "rnn tanh":
        h = names["rnn_forward"](p, x, start.h)
        return {"h": h}, h
    if variant == "lstm":
        steps = names["lstm_forward"](p, x, start.h, start.c)
    else:
        steps = names["gru_forward"](p, x, start.h, variant.split()[1])
    return {k: np.array([s[k] for s in steps]) for k in start._fields}, steps


def backward(variant, names, p, x, start, e, end):
    """Run a printed forward and backward pass; return every gradient by name."""
    _, seen = forward(variant, names, p, x, start)
    if variant == "rnn tanh":
        return names["rnn_backward"](p, x, start.h, seen, e, end.h)
    if variant == "lstm":
        return names["lstm_backward"](p, seen, e, end.h, end.c)
    return names["gru_backward"](p, seen, e, end.h, variant.split()[1])


def of_package(cell, x, start, e, end):
    """Return every gradient that the cell of rnn_core computes, by the names of the pages."""
    grads = cell.backward(cell.forward(x, start), e, end)
    found = {**grads.params, "x": grads.xs, "h": grads.h, "h_0": grads.state.h}
    return found if grads.c is None else found | {"c": grads.c, "c_0": grads.state.c}


def differences(found, wanted):
    """Return the largest difference, in units of the largest number where that is above 1."""
    assert found.keys() >= wanted.keys()
    assert all(found[k].shape == wanted[k].shape for k in wanted)
    return max(abs(found[k] - v).max() / max(1, abs(v).max()) for k, v in wanted.items())


EVERY = pytest.mark.parametrize("variant", PAGES)
SHAPED = pytest.mark.parametrize("shape", SHAPES, ids=shape_id)


@EVERY
@SHAPED
def test_printed_gradients_are_those_of_the_package(variant, shape):
    T, B, D, units = shape
    cell = make(variant, D, units)
    given = draw(cell, T, B)
    found = backward(variant, PRINTED[variant], cell.params, *given)
    assert differences(found, of_package(cell, *given)) < 1e-12


@EVERY
@SHAPED
def test_printed_gradients_are_those_of_finite_differences(variant, shape):
    T, B, D, units = shape
    cell = make(variant, D, units)
    x, start, e, end = draw(cell, T, B)
    arrays = {**cell.params, "x": x, **{f"{k}_0": v for k, v in start._asdict().items()}}

    def loss():
        states, _ = forward(variant, PRINTED[variant], cell.params, x, start)
        ends = (d * states[k][-1] for k, d in end._asdict().items())
        return float((e * states["h"]).sum() + sum(each.sum() for each in ends))

    found = backward(variant, PRINTED[variant], cell.params, x, start, e, end)
    grads = {name: found[name] for name in arrays}
    errors = directional_errors(loss, arrays, grads, rng=np.random.default_rng(2))
    assert max(errors.values()) < 1e-6


@pytest.mark.parametrize("source", SOURCES)
@EVERY
@SHAPED
def test_printed_gradients_are_those_of_pytorch(source, variant, shape):
    case = fixture(source, "cells")[f"{variant}/{shape_id(shape)}"]
    state = HC if variant == "lstm" else H
    names = make(variant, *shape[2:]).params
    p = {name: case[name] for name in names}
    start, end = (
        state(*(case[f"{kind}.{k}"] for k in state._fields)) for kind in ("state", "dstate")
    )
    found = backward(variant, PRINTED[variant], p, case["xs"], start, case["dh"], end)
    wanted = {name: case[f"grad {name}"] for name in names} | {"x": case["grad xs"]}
    wanted |= {f"{k}_0": case[f"grad state.{k}"] for k in state._fields}
    assert differences(found, wanted) < 1e-10


@SHAPED
def test_the_sum_over_ways_is_the_gradient(shape):
    T, B, D, units = shape
    cell, names = make("rnn tanh", D, units), PRINTED["rnn tanh"]
    x, start, e, end = draw(cell, T, B)
    e[-1] += end.h
    h = names["rnn_forward"](cell.params, x, start.h)
    ways = names["sum_of_ways"](cell.params, h, start.h, e)
    wanted = of_package(cell, x, start, e, H(0 * end.h))["W_hh"]
    assert differences({"W_hh": ways}, {"W_hh": wanted}) < 1e-12


@SHAPED
def test_the_road_along_the_cell_state_is_its_gradient(shape):
    T, B, D, units = shape
    cell, names = make("lstm", D, units), PRINTED["lstm"]
    x, start, e, end = draw(cell, T, B)
    steps = names["lstm_forward"](cell.params, x, start.h, start.c)
    wanted = of_package(cell, x, start, e, end)
    along = names["along_c"](steps, wanted["h"], end.c)
    assert differences({"c": along}, {"c": wanted["c"]}) < 1e-12


@pytest.mark.parametrize("shape", [(1, 1), (1, 4), (5, 1), (3, 4)], ids=str)
def test_the_small_derivatives_are_those_of_finite_differences(shape):
    names, rng = functions(printed("book/math/derivatives")), np.random.default_rng(0)
    a, u, v, d_y = rng.standard_normal((4, *shape))
    W, b, x = (rng.standard_normal(s) for s in ((shape[1], 3), (shape[1],), (shape[0], 3)))
    k, rows = rng.integers(0, shape[1], shape[0]), np.arange(shape[0])
    sigmoid, softmax = names["sigmoid"], names["softmax"]
    d_u, d_v = names["product_back"](u, v, d_y)
    d_x, d_W, d_b = names["matrix_back"](W, x, d_y)
    checks = [
        (lambda: (d_y * np.tanh(a)).sum(), {"a": a}, [names["tanh_back"](np.tanh(a), d_y)]),
        (lambda: (d_y * sigmoid(a)).sum(), {"a": a}, [names["sigmoid_back"](sigmoid(a), d_y)]),
        (lambda: (d_y * u * v).sum(), {"u": u, "v": v}, [d_u, d_v]),
        (lambda: (d_y * (x @ W.T + b)).sum(), {"x": x, "W": W, "b": b}, [d_x, d_W, d_b]),
        (lambda: ((u - v) ** 2).sum() / 2, {"u": u}, [names["squared_error_back"](u, v)]),
        (
            lambda: -np.log(softmax(a)[rows, k]).sum(),
            {"a": a},
            [names["cross_entropy_back"](a, k)],
        ),
        (
            lambda: (d_y[0] * softmax(a[0])).sum(),
            {"s": a[0]},
            [names["softmax_jacobian"](a[0]).T @ d_y[0]],
        ),
    ]
    for loss, arrays, derived in checks:
        grads = dict(zip(arrays, derived, strict=True))
        errors = directional_errors(lambda f=loss: float(f()), arrays, grads, rng=rng)
        assert max(errors.values()) < 1e-6


if TORCH:

    @pytest.mark.parametrize("shape", [(1, 1), (1, 4), (5, 1), (3, 4)], ids=str)
    def test_the_small_derivatives_are_those_of_pytorch(shape):
        import torch

        def of_torch(f, *arrays):
            leaves = [torch.tensor(a, requires_grad=True) for a in arrays]
            (f(*leaves) * torch.tensor(d_y)).sum().backward()
            return [leaf.grad.numpy() for leaf in leaves]

        names, rng = functions(printed("book/math/derivatives")), np.random.default_rng(0)
        a, u, v, d_y = rng.standard_normal((4, *shape))
        W, b, x = (rng.standard_normal(s) for s in ((shape[1], 3), (shape[1],), (shape[0], 3)))
        k, functional = rng.integers(0, shape[1], shape[0]), torch.nn.functional
        d_x, d_W, d_b = names["matrix_back"](W, x, d_y)
        pairs = [
            (of_torch(torch.tanh, a), [names["tanh_back"](np.tanh(a), d_y)]),
            (of_torch(torch.sigmoid, a), [names["sigmoid_back"](names["sigmoid"](a), d_y)]),
            (of_torch(torch.mul, u, v), names["product_back"](u, v, d_y)),
            (of_torch(functional.linear, x, W, b), [d_x, d_W, d_b]),
        ]
        jacobian = torch.autograd.functional.jacobian(lambda s: s.softmax(0), torch.tensor(a[0]))
        pairs.append(([jacobian.numpy()], [names["softmax_jacobian"](a[0])]))
        d_y = np.array(1.0)  # what follows are losses
        squares = of_torch(lambda y: ((y - torch.tensor(v)) ** 2).sum() / 2, u)
        pairs.append((squares, [names["squared_error_back"](u, v)]))
        nats = of_torch(lambda s: functional.cross_entropy(s, torch.tensor(k), reduction="sum"), a)
        pairs.append((nats, [names["cross_entropy_back"](a, k)]))
        for wanted, found in pairs:
            for theirs, ours in zip(wanted, found, strict=True):
                assert theirs.shape == ours.shape
                assert abs(theirs - ours).max() < 1e-10


@pytest.mark.parametrize("page", sorted({*PAGES.values()}))
def test_every_numbered_formula_stands_in_printed_code(page):
    numbers = set(re.findall(r"\\tag\{(\w+)\}", lessons.prose(page))) - GIVEN
    assert len(numbers) >= 10
    assert numbers <= set(re.findall(r"\((\w+)\)", printed(page)))


@pytest.mark.parametrize("page", sorted({*PAGES.values(), "book/math/derivatives"}))
def test_every_formula_has_its_number_beside_it(page, built_book):
    numbers = re.findall(r"\\tag\{(\w+)\}", lessons.prose(page))
    shown = site.page(built_book / f"{page}.html").select("div.math > .eqno")
    assert [number.get_text() for number in shown] == [f"({number})" for number in numbers]


# Each operation of the backward functions is changed in turn.

OTHER = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.Pow: ast.Mult,
    ast.MatMult: ast.MatMult,  # with the rows of the right factor turned round
}


def sliced(node: ast.expr, which: str) -> ast.expr:
    """Return an array with a slice taken of it."""
    return ast.parse(f"({ast.unparse(node)})[{which}]", mode="eval").body


class Change(ast.NodeTransformer):
    """Change one operation: the operation number `at`, in the order of the walk."""

    def __init__(self, at: int) -> None:
        self.at, self.seen, self.line = at, 0, 0

    def _is_it(self, node: ast.AST) -> bool:
        self.seen += 1
        if self.seen - 1 == self.at:
            self.line = node.lineno
        return self.seen - 1 == self.at

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        if type(node.op) not in OTHER or not self._is_it(node):
            return self.generic_visit(node)
        if isinstance(node.op, ast.MatMult):
            node.right = sliced(node.right, "::-1")
        node.op = OTHER[type(node.op)]()
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        if not ast.unparse(node.func).endswith("einsum") or not self._is_it(node):
            return self.generic_visit(node)
        # The last array with time turned round; a sum of one array, without its first step.
        node.args[-1] = sliced(node.args[-1], "::-1" if len(node.args) > 2 else "1:")
        return node

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.AST:
        if self._is_it(node):
            return ast.Assign([node.target], node.value)
        return self.generic_visit(node)


def changes(variant):
    """Yield the code with each operation of the backward functions changed, and the line."""
    code = printed(PAGES[variant])
    at = 0
    while True:
        tree, change = ast.parse(code), Change(at)
        for node in tree.body:
            if isinstance(node, ast.FunctionDef) and node.name in BACKWARD[variant]:
                change.visit(node)
        if not change.line:
            return
        yield ast.unparse(ast.fix_missing_locations(tree)), code.splitlines()[change.line - 1]
        at += 1


def difference_of(code, cell, variant, given):
    """Return how far changed code is from the package; without bound where it does not run."""
    try:
        found = backward(variant, functions(code), cell.params, *given)
        return differences(found, of_package(cell, *given))
    except (AssertionError, IndexError, TypeError, ValueError):
        return np.inf


def test_a_formula_that_is_changed_is_noticed():
    seen = {}
    for variant in PAGES:
        cell = make(variant, 3, 4)
        given = draw(cell, 5, 2)
        for code, line in changes(variant):
            far = difference_of(code, cell, variant, given)
            seen[variant, line] = [*seen.get((variant, line), []), far > 1e-3]
    assert len(seen) >= 40
    # In the code of both GRUs a line may belong to the other one.
    used = {line for variant, line in seen if not variant.startswith("gru")}
    missed = {key for key, caught in seen.items() if not all(caught) and key[1] in used}
    assert not missed
    for line in {line for variant, line in seen if variant.startswith("gru")}:
        both = zip(seen["gru after b_nh", line], seen["gru before", line], strict=True)
        assert all(after or before for after, before in both), line


# What PyTorch computed for the pages.


@pytest.fixture(params=SOURCES)
def computed(request):
    """Return the arrays that the pages read, as stored or as PyTorch computes them now."""
    if request.param == "stored":
        return load_file(EXPERIMENT.with_suffix(".safetensors"))
    return experiments.load(EXPERIMENT.stem).compute()


def test_what_the_pages_read_is_what_pytorch_computes(computed):
    stored = load_file(EXPERIMENT.with_suffix(".safetensors"))
    assert stored.keys() == computed.keys()
    assert differences(computed, stored) < 1e-10


@pytest.mark.parametrize("name", STORED)
def test_what_the_pages_read_is_what_the_printed_code_computes(computed, name):
    variant = STORED[name]
    for case in (name, f"{name} worked"):
        keys = (k for k in computed if k.startswith(f"{case}/"))
        arrays = {k.removeprefix(f"{case}/"): computed[k] for k in keys}
        state = HC if name == "lstm" else H
        start = state(*(arrays[f"{k}_0"] for k in state._fields))
        states, _ = forward(variant, PRINTED[variant], arrays, arrays["x"], start)
        e = states["h"] - arrays["y"] if "y" in arrays else arrays["e"]
        ends = (arrays.get(f"end {k}", 0 * start.h) for k in state._fields)
        p = {k: v for k, v in arrays.items() if k[0] in "Wb"}
        found = backward(variant, PRINTED[variant], p, arrays["x"], start, e, state(*ends))
        wanted = {k.removeprefix("d "): v for k, v in arrays.items() if k.startswith("d ")}
        assert differences(found, wanted) < 1e-10


# The pages that program the cells: a step and its way back, and the same fused over a sequence.

FROM_SCRATCH = {
    "rnn tanh": ("book/code/rnn_scratch", "rnn_step"),
    "lstm": ("book/code/lstm_scratch", "lstm_step"),
    "gru after b_nh": ("book/code/gru_scratch", "gru_step"),
    "gru before": ("book/code/gru_scratch", "before_step"),
}
FUSED = [variant for variant in FROM_SCRATCH if variant != "gru before"]
PROGRAMS = {page: functions(printed(page)) for page, _ in FROM_SCRATCH.values()}
# The sums over ways and roads stand on the pages of the mathematics alone.
DERIVED_ONLY = {"R11", "L20"}
SCRATCH = pytest.mark.parametrize("variant", FROM_SCRATCH)


def in_the_loop(variant, names, p, x, start, e, end):
    """Run a step and its way back over a sequence; return every state, and gradients by name."""
    step = FROM_SCRATCH[variant][1]
    states = names["forward"](names[step], p, x, start._asdict())
    back = names["backward"](names[f"{step}_back"], p, x, states, e, end._asdict())
    return states, _by_name(*back)


def fused(names, p, x, start, e, end):
    """Run the fused pass of a page; return every state, and gradients by name."""
    seen = names["fused_forward"](p, x, start._asdict())
    back = names["fused_backward"](p, x, seen, e, end._asdict())
    states = [{k: seen[k][t] for k in start._fields} for t in range(len(x) + 1)]
    return states, _by_name(*back)


def _by_name(grads, d_x, d_start):
    return {**grads, "x": d_x, **{f"{k}_0": v for k, v in d_start.items()}}


def own(wanted):
    """Leave out the gradients of every h_t and c_t, which the programs do not return."""
    return {name: value for name, value in wanted.items() if name not in ("h", "c")}


@SCRATCH
@SHAPED
def test_a_program_from_scratch_is_the_cell_of_the_package(variant, shape):
    T, B, D, units = shape
    cell, names = make(variant, D, units), PROGRAMS[FROM_SCRATCH[variant][0]]
    given = x, start, e, _ = draw(cell, T, B)
    runs = [in_the_loop(variant, names, cell.params, *given)]
    if variant in FUSED:
        runs.append(fused(names, cell.params, *given))
    wanted, trace = own(of_package(cell, *given)), cell.forward(x, start)
    before = snapshot({**cell.params, "x": x, "e": e, **start._asdict()})
    for states, found in runs:
        assert len(states) == T + 1
        assert abs(np.array([new["h"] for new in states[1:]]) - trace.h).max() < 1e-12
        assert found.keys() == wanted.keys()
        assert differences(found, wanted) < 1e-12
    assert same(before, {**cell.params, "x": x, "e": e, **start._asdict()})


@SCRATCH
@SHAPED
def test_a_program_from_scratch_has_the_gradient_of_finite_differences(variant, shape):
    T, B, D, units = shape
    cell, names = make(variant, D, units), PROGRAMS[FROM_SCRATCH[variant][0]]
    x, start, e, end = draw(cell, T, B)
    arrays = {**cell.params, "x": x, **{f"{k}_0": v for k, v in start._asdict().items()}}

    def run():
        if variant in FUSED:
            return fused(names, cell.params, x, start, e, end)
        return in_the_loop(variant, names, cell.params, x, start, e, end)

    def loss():
        states, _ = run()
        ends = (d * states[-1][k] for k, d in end._asdict().items())
        h = np.array([new["h"] for new in states[1:]])
        return float((e * h).sum() + sum(each.sum() for each in ends))

    _, found = run()
    grads = {name: found[name] for name in arrays}
    errors = directional_errors(loss, arrays, grads, rng=np.random.default_rng(2))
    assert max(errors.values()) < 1e-6


@SHAPED
def test_the_step_with_stacked_gates_is_the_step(shape):
    T, B, D, units = shape
    cell, names = make("lstm", D, units), PROGRAMS["book/code/lstm_scratch"]
    x, start, _, _ = draw(cell, T, B)
    stacked = names["stack"](cell.params, "ifog")
    again = names["unstack"](stacked, "ifog")
    assert same({name: again[name] for name in cell.params}, cell.params)
    states = names["forward"](names["stacked_step"], stacked, x, start._asdict())
    trace = cell.forward(x, start)
    for letter in "hc":
        found = np.array([new[letter] for new in states[1:]])
        assert abs(found - trace[letter]).max() < 1e-12


@pytest.mark.parametrize("variant", ["rnn tanh", "lstm", "gru after b_nh"])
def test_every_formula_that_is_derived_is_quoted_where_it_is_programmed(variant):
    numbers = set(re.findall(r"\\tag\{(\w+)\}", lessons.prose(PAGES[variant])))
    quoted = set(re.findall(r"\((\w+)\)", printed(FROM_SCRATCH[variant][0])))
    assert numbers - GIVEN - DERIVED_ONLY <= quoted


def test_the_pages_from_scratch_share_what_they_say_is_unchanged():
    pages = sorted({page for page, _ in FROM_SCRATCH.values()})
    found = {}
    for page in pages:
        for cell in lessons.cells(page):
            if cell["cell_type"] == "code":
                found.setdefault(cell["id"], {})[page] = cell["source"]
    folded = {
        cell["id"]
        for page in pages
        for cell in lessons.cells(page)
        if "hide-input" in lessons.tags(cell)
    }
    assert len(folded) >= 12
    for name in folded:
        assert len(found[name]) >= 2
        assert len({*found[name].values()}) == 1, name


def program_changes(variant):
    """Yield the code of a page with each operation of its ways back changed, and the line."""
    page, step = FROM_SCRATCH[variant]
    code = printed(page)
    changed = {"backward", "sums_back", f"{step}_back"}
    fused_too = {"fused_backward", "factors"} if variant in FUSED else set()
    for group in (changed, fused_too):
        at = 0
        while group:
            tree, change = ast.parse(code), Change(at)
            for node in tree.body:
                if isinstance(node, ast.FunctionDef) and node.name in group:
                    change.visit(node)
            if not change.line:
                break
            text = ast.unparse(ast.fix_missing_locations(tree))
            yield text, code.splitlines()[change.line - 1], group is fused_too
            at += 1


def program_difference(code, cell, variant, given, of_fused):
    """Return how far a changed program is from the package; without bound where it fails."""
    try:
        names = functions(code)
        if of_fused:
            _, found = fused(names, cell.params, *given)
        else:
            _, found = in_the_loop(variant, names, cell.params, *given)
        return differences(found, own(of_package(cell, *given)))
    except (AssertionError, AttributeError, IndexError, KeyError, TypeError, ValueError):
        return np.inf


@SCRATCH
def test_a_line_of_a_program_that_is_changed_is_noticed(variant):
    cell = make(variant, 3, 4)
    given = draw(cell, 5, 2)
    tried = [
        (line, program_difference(code, cell, variant, given, of_fused) > 1e-3)
        for code, line, of_fused in program_changes(variant)
    ]
    assert len(tried) >= 15
    assert [line for line, caught in tried if not caught] == []
