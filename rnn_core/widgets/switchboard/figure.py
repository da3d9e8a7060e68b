"""Draw the switchboard once, as markup; convention_switchboard.js shows and hides its parts."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from rnn_core import palette
from rnn_core.interop import Convention, stored_arrays

from ..controls import STILL, select, slider
from ..packing import unpack
from .chart import chart
from .data import DRAWS, INPUTS, STEPS, UNITS, measure, spelled
from .formulas import formulas
from .reading import is_outline, key, rows_of
from .words import named, source

BY_NAME = ("rnn_core", "Cho et al. 2014")
LAYOUTS = {  # how the blocks lie, and on which side of the matrix x stands
    "rnn_core": "one for each gate, W x",
    "Cho et al. 2014": "one for each gate, W x",
    "PyTorch": "one below the other, W x",
    "Keras": "side by side, x W",
    "ONNX": "one below the other, x Wᵀ",
}


def figure(data: Mapping[str, Any], written: str, read: str, inputs: int, units: int) -> str:
    """Return the figure for one pair of conventions and one size."""
    rows = rows_of(data["cell"])
    names = [*rows]
    at = names.index(written)
    now = data["pairs"][at * len(names) + names.index(read)]
    options = [(name, named(row)) for name, row in rows.items()]
    sides = (("written", written), ("read", read))
    strips = [
        "".join(_strip(row, side, name == chosen) for name, row in rows.items())
        for side, chosen in sides
    ]
    panels = "".join(
        '<div class="rnnw-conv-side">'
        + "".join(_panel(row, side, name == on, inputs, units) for name, row in rows.items())
        + "</div>"
        for side, on in sides
    )
    wrong = unpack(now["h"]) if now["h"] else []
    return (
        f'<div class="rnnw-conv-pick">{select("written", "Written by", options, written)}'
        f"{select('read', 'read as', options, read)}</div>{STILL}"
        f'<div class="rnnw-conv-board"><div class="rnnw-conv-strips">{strips[0]}'
        f"{_marks(now['marks'], rows[written])}{strips[1]}</div>"
        f"{chart(unpack(data['h'][at]), wrong, data['unit'])}</div>"
        f'<p class="rnnw-saying" aria-live="polite"><b data-verdict>{escape(now["verdict"])}</b> '
        f"<span data-said>{escape(now['said'])}</span></p>"
        f'<div class="rnnw-knobs">{_size("inputs", "Inputs <i>D</i>", INPUTS, inputs)}'
        f"{_size('units', 'Units <i>H</i>', UNITS, units)}</div>"
        f'<div class="rnnw-conv-sides">{panels}</div><p class="rnnw-note">{_note(data)}</p>'
    )


def _size(name: str, label: str, values: tuple[int, ...], value: int) -> str:
    return slider(name, label, len(values) - 1, values.index(value), str(value))


def _hidden(shown: bool) -> str:
    return "" if shown else " hidden"


def _name(row: Convention, does: str = "") -> str:
    option = f" <code>{escape(row.option)}</code>" if row.option else ""
    about = f" <small>{source(row)}</small>" if source(row) else ""
    return f"<b>{row.framework}</b>{does}{option}{about}"


def _strip(row: Convention, side: str, shown: bool) -> str:
    """Return the blocks of one convention, side by side in their order."""
    blocks = "".join(
        f'<span class="rnnw-conv-block" style="--own: var(--gate-{gate})"><i>{letter}</i>'
        f"<small>{palette.LOOKS[gate].name.removesuffix(' gate')}</small></span>"
        for gate, letter in zip(row.gates, row.own_letters.split(), strict=True)
    )
    does = " writes" if side == "written" else " reads"
    return (
        f'<div class="rnnw-conv-strip" data-{side}="{escape(key(row))}"{_hidden(shown)}>'
        f'<span class="rnnw-conv-who">{_name(row, does)}</span>{blocks}</div>'
    )


def _marks(marks: list[str], row: Convention) -> str:
    signs = "".join(
        f'<span data-mark="{mark}">{mark}</span>' for mark in marks or ["×"] * len(row.gates)
    )
    who = '<span class="rnnw-conv-who">read as</span>'
    return f'<div class="rnnw-conv-strip rnnw-conv-marks">{who}{signs}</div>'


def _panel(row: Convention, side: str, shown: bool, inputs: int, units: int) -> str:
    """Return the equations of one convention, its rules and its arrays."""
    rules = "".join(f"<div><dt>{term}</dt><dd>{said}</dd></div>" for term, said in _rules(row))
    return (
        f'<div data-{side}="{escape(key(row))}"{_hidden(shown)}>'
        f'<p class="rnnw-conv-head">{_name(row)}</p>{formulas(row)}'
        f'<dl class="rnnw-conv-rules">{rules}</dl>{_arrays(row, inputs, units)}</div>'
    )


def _rules(row: Convention) -> list[tuple[str, str]]:
    """Return what a convention settles, as terms and what is said of them."""
    rules = []
    if row.z_weighs:
        rules = [
            ('<i class="gate-z">z</i> weighs', f"the {row.z_weighs} state"),
            ('<i class="gate-r">r</i> acts', f"{row.reset} the matrix product"),
        ]
    order = row.own_letters + (", by name" if row.framework in BY_NAME else "")
    rules += [("gates", order), ("matrices", LAYOUTS[row.framework])]
    return [*rules, ("biases", _biases(row))]


def _biases(row: Convention) -> str:
    """Return how many biases a gate has, and what becomes of the second."""
    if row.biases == 1:
        return "one for each gate"
    inside = f"; r multiplies {row.own_letters[-1]}’s second" if row.reset == "after" else ""
    return f"two for each gate, added{inside}"


def _arrays(row: Convention, inputs: int, units: int) -> str:
    """Return the table of the arrays, whose sizes follow D and H."""
    total, lines = 0, ""
    for names, shape in stored_arrays(row):
        each = names.split()
        sizes = measure(shape, inputs, units)
        count = len(each)
        for size in sizes:
            count *= size
        total += count
        times = f"{len(each)} × " if len(each) > 1 else ""
        lines += (
            f'<tr data-shape="{shape}" data-times="{len(each)}"><th scope="row">'
            f"{' '.join(f'<span>{name}</span>' for name in each)} <small>{shape}</small></th>"
            f"<td data-size>{times}{spelled(sizes)}</td>"
            f"<td data-count>{count}</td></tr>"
        )
    return (
        '<table class="rnnw-conv-arrays"><thead><tr><th scope="col">arrays</th>'
        f'<th scope="col">shape</th><th scope="col">numbers</th></tr></thead><tbody>{lines}</tbody>'
        '<tfoot><tr><th scope="row" colspan="2">in all</th>'
        f"<td data-total>{total}</td></tr></tfoot></table>"
    )


def _note(data: Mapping[str, Any]) -> str:
    inputs, units = data["size"]
    ran = (
        f"the cell given, over {DRAWS} sequences of {STEPS} Gaussian inputs"
        if data["given"]
        else f"{DRAWS} cells with random weights, {inputs} inputs and {units} units, over {STEPS} "
        "Gaussian inputs"
    )
    outline = any(is_outline(row) for row in rows_of(data["cell"]).values())
    more = " Peepholes are left out." if outline else ""
    return (
        f"What is run: {ran}; the chart shows the first. “Off” is the largest |Δh| of any "
        "unit and step. The layout is fitted first (rows or columns, a missing second bias), as a "
        "wrong shape would raise an error. The order of the blocks and the sense of z raise none "
        f"and are read as they come.{more}"
    )
