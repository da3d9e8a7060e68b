"""What a backprop stepper knows: every operation of a worked example in the order it is done."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from rnn_core.worked import Line, Worked, digits

from .words import beside, equation, reach, said, way

LOW = "₀₁₂₃"  # a text of SVG that is written anew has no room for markup


def nodes(worked: Worked) -> list[str]:
    """Return the quantities of the graph by name: the start, then each step's."""
    start = [name for name in worked.given if name in ("h_0", "c_0")]
    steps = range(1, worked.steps + 1)
    return start + [worked.label(row.name, t) for t in steps for row in worked.table]


def edges(worked: Worked) -> list[tuple[str, str]]:
    """Return the lines of the graph, each from what is computed first."""
    known = set(nodes(worked))
    return [pair for pair in worked.slopes if known.issuperset(pair)]


def build(worked: Worked) -> dict[str, Any]:
    """Return the figure's data.

    ``nodes`` holds value, gradient, and the operations after which each is known; ``edges`` the
    local derivatives; ``ops`` the lines that are lit, the box that is, the words and the lines of
    arithmetic; ``totals``, by parameter, what each step adds and what each path does.
    """
    names, lines = nodes(worked), edges(worked)
    ops = list(_operations(worked))
    value_at, gradient_at = dict.fromkeys(names, 0), dict.fromkeys(names, len(ops))
    found = []
    for k, group in enumerate(ops):
        last = group[-1]
        if last.kind == "value":
            value_at[last.name] = k
        elif last.name == f"∂L/∂{last.about[0]}":
            gradient_at[last.about[0]] = k
        found.append(_operation(worked, group, names, lines))
    back = next(k for k, group in enumerate(ops) if group[-1].kind != "value")
    gradient_at |= {name: back for name in names if name.startswith("L_")}
    return {
        "nodes": [
            [worked.shown(name), _gradient(worked, name), value_at[name], gradient_at[name]]
            for name in names
        ],
        "edges": [beside(worked.factor(*pair)) for pair in lines],
        "given": [
            f"step {t}: x{LOW[t]} = {worked.shown(f'x_{t}')}, y{LOW[t]} = {worked.shown(f'y_{t}')}"
            for t in range(1, worked.steps + 1)
        ],
        "ops": found,
        "totals": {name: _total(worked, name, lines) for name in worked.parameters},
    }


def _gradient(worked: Worked, name: str) -> str:
    return "1" if name.startswith("L_") else digits(worked.gradients[name])


def _operations(worked: Worked) -> list[list[Line]]:
    """Return the operations up to the start; a local derivative goes with what it brings back."""
    groups: list[list[Line]] = []
    for line in worked.lines:
        if line.kind == "total" or line.about[0] in worked.parameters:
            break
        if line.kind == "path":
            groups[-1].append(line)
        else:
            groups.append([line])
    return groups


def _operation(
    worked: Worked, group: list[Line], names: list[str], lines: list[tuple[str, str]]
) -> list[Any]:
    """Return kind, box, lit lines, words and arithmetic of one operation."""
    last = group[-1]
    own = last.about[0]
    if last.kind == "value":
        lit = [k for k, (_, to) in enumerate(lines) if to == own]
    elif last.kind == "sum":
        lit = [k for k, (source, _) in enumerate(lines) if source == own]
    else:
        lit = [lines.index((last.about[0], last.about[1]))]
    if last.kind == "path" and last.formula == group[0].name:  # the loss: ∂L/∂L_t is 1
        group = [group[0]._replace(name=f"{last.name} = {last.formula}")]
    kinds = {"value": 0, "path": 1, "sum": 2}
    arithmetic = [equation(str(line)) for line in group]
    return [kinds[last.kind], names.index(own), lit, said(worked, last), *arithmetic]


def _total(worked: Worked, name: str, lines: list[tuple[str, str]]) -> dict[str, Any]:
    """Return what the steps and, for the RNN, the paths add to a parameter's gradient."""
    shares = [line for line in worked.lines if line.kind == "share" and line.about[0] == name]
    total = next(line for line in worked.lines if line.kind == "total" and line.about[0] == name)
    paths = worked.paths(name)
    size = max(abs(path.value) for path in paths) if worked.name == "rnn" else 0
    size = max(size, *(abs(line.value) for line in shares)) or 1
    found: dict[str, Any] = {
        "steps": [[equation(str(line)), _bar(line.value, size)] for line in shares],
        "total": equation(str(total)),
        "last": reach(worked, name, paths),
        "heading": f"{len(shares)} steps use {name}, so {len(shares)} parts add up. "
        f"{len(paths)} paths lead to it from the losses.",
    }
    if worked.name == "rnn":
        order = sorted(paths, key=lambda path: (-int(path.names[-2][-1]), path.names[0]))
        steps = range(1, worked.steps + 1)
        found["uses"] = [beside(worked.factor(name, f"a_{t}")) for t in steps]
        found["paths"] = [
            [
                [lines.index((a, b)) for b, a in pairwise(path.names[:-1])],
                *way(worked, path),
                _bar(path.value, size),
            ]
            for path in order
        ]
    return found


def _bar(value: float, size: float) -> float:
    return round(value / size, 3)
