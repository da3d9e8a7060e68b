"""What if a gate were held: the runs that are sent, their controls, and what they change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from rnn_core import checks, intervene
from rnn_core.heads import Readout
from rnn_core.trace import Trace, map_state

from .. import controls as native
from ..packing import pack, rounded, shown, unpack
from . import tables
from .data import probability
from .on_paper import encode_held
from .pen import Pen, symbol

Data = Hold = Mapping[str, Any]
HELD_AT = (0, 1)


class Source(NamedTuple):
    """Where the runs of a figure come from: a trace, and the cell and readout that made it."""

    trace: Trace
    batch: int
    cell: Any
    readout: Readout | None

    def all_runs(self, data: Data, steps: Any) -> Data:
        """Return what a page without a kernel is sent: each gate shut and open from each step."""
        given = checks.sequence("hold_from", steps)
        steps = sorted({checks.index("hold_from", t, data["T"]) for t in given})
        if not steps:
            return {}
        holds = [
            {"gate": gate, "value": value, "from": since}
            for gate in self._gates(data, "hold_from")
            for value in HELD_AT
            for since in steps
        ]
        gates = self._gates(data, "hold_from")
        runs = [self._run(data, hold) for hold in holds]
        return {"holds": {"gates": gates, "steps": steps}, "runs": runs}

    def checked(self, data: Data, hold: Hold) -> dict[str, Any]:
        """Return what is to be held, or say what is wrong with it.

        Without a gate nothing is held: the dict is empty, or remembers the step only.
        """
        checks.instance("hold", hold, Mapping)
        if set(hold) <= {"from"}:
            return {k: checks.index("hold['from']", t, data["T"]) for k, t in hold.items()}
        if set(hold) != {"gate", "value", "from"}:
            raise ValueError(
                f"hold must have gate, value and from; got {', '.join(map(str, hold))}"
            )
        gate = checks.choice("hold['gate']", hold["gate"], self._gates(data, "hold"))
        value = intervene.share("hold['value']", hold["value"])
        value = int(value) if value in HELD_AT else value
        return {
            "gate": gate,
            "value": value,
            "from": checks.index("hold['from']", hold["from"], data["T"]),
        }

    def runs_with(self, data: Data, hold: Hold) -> list[dict[str, Any]]:
        """Return the runs of `data` with that of `hold` among them, computed if it is not."""
        if "gate" not in hold or run_of(data, hold):
            return data["runs"]
        sent = [run for run in data["runs"] if _is_offered(data, run)]
        return [*sent, self._run(data, hold)]

    def _gates(self, data: Data, name: str) -> str:
        """Return the gates that can be held; `name` is the argument that asks for one."""
        if self.readout is None and data["output"]:
            raise ValueError(f"readout must be given with output: {name} needs what it would say")
        if self.cell is None:
            raise ValueError(f"{name} needs the cell that made the trace: give cell")
        gates = intervene.gates(self.cell)
        if not gates:
            raise ValueError(f"{name} needs a cell with a gate; got {self.cell!r}")
        return gates

    def _run(self, data: Data, hold: Hold) -> dict[str, Any]:
        """Return a run as it is sent: from its first held step on, what is off on paper."""
        gate, since, batch = hold["gate"], hold["from"], slice(self.batch, self.batch + 1)
        start = map_state(lambda value: value[batch], self.trace.start)
        xs = self.trace.xs[:, batch]
        held = intervene.hold(self.cell, xs, start, gate=gate, value=hold["value"], since=since)
        off = encode_held(data, held, gate, since, tables.of(held.kind, held.options).ops)
        run = {**hold, "n": off, "output": None}
        if self.readout is None:
            return run | {"most": _most_in_h(self.trace.h[:, self.batch], held.h[:, 0])}
        says = rounded(probability(self.readout, held, 0)[since:])
        most = _most_in_output(np.array(unpack(data["output"])), says, since)
        return run | {"output": pack(says), "most": most}


def _most_in_output(free: np.ndarray, says: np.ndarray, since: int) -> str:
    """Return where the answer of a held run is farthest from the free one, in words."""
    k = int(np.abs(says - free[since:]).argmax())
    now, was = (shown(round(int(n) / 100), 2) for n in (says[k], free[since + k]))
    return f" The answer differs most at step {since + k}: {now} instead of {was}."


def _most_in_h(free: np.ndarray, held: np.ndarray) -> str:
    """Return the same of the hidden state, where nothing answers."""
    t, unit = np.unravel_index(int(np.abs(held - free).argmax()), free.shape)
    now, was = (shown(round(100 * float(h[t, unit])), 2) for h in (held, free))
    return f" h differs most at step {t}, in unit {unit}: {now} instead of {was}."


def _is_offered(data: Data, run: Hold) -> bool:
    """Return whether a run is one of those that a page without a kernel offers."""
    offered = data["holds"] or {"steps": []}
    return run["value"] in HELD_AT and run["from"] in offered["steps"]


def run_of(data: Mapping[str, Any], hold: Hold) -> dict[str, Any] | None:
    """Return the run that was sent for `hold`, if any."""
    asked = [hold.get(key) for key in ("gate", "value", "from")]
    sent = (run for run in data["runs"] if [run["gate"], run["value"], run["from"]] == asked)
    return next(sent, None)


def controls(pen: Pen, hold: Hold) -> str:
    """Return the choice of a gate to hold, at what, and from which step on."""
    if not pen.data["holds"]:
        return ""
    gates, steps = pen.data["holds"]["gates"], pen.data["holds"]["steps"]
    options = [("", "free")]
    options += [
        (f"{k}{value}", f"<span>{symbol(k)} = {value}</span>") for k in gates for value in HELD_AT
    ]
    chosen = f"{hold['gate']}{hold['value']}" if "gate" in hold else ""
    since = hold.get("from", steps[0])
    place = max(0, sum(step <= since for step in steps) - 1)
    return (
        f'<div class="rnnw-knobs rnnw-holds">{native.choice("held", "What if", options, chosen)}'
        f"{native.slider('from', 'from step', len(steps) - 1, place, str(since))}</div>"
    )


def comparison(pen: Pen) -> str:
    """Return what the held run has at this step, and what the free run has there.

    It is there, out of sight, wherever a kernel may ask for a run.
    """
    gated = any(op.key in "iforz" for op in pen.table.ops)
    if not gated or pen.data["row"] is None:
        return ""
    words = "{gate} is held at {value} from step {from} on".format_map(pen.run) if pen.run else ""
    states = [op.args[0] for op in pen.table.ops if op.kind == "before"]
    parts = [f"{symbol(k)} = {pen.number(k)} instead of {_free(pen, k)}" for k in states]
    if pen.data["output"]:
        said = f'<b class="rnnw-n" data-n="y">{pen.write("y")}</b>'
        parts.append(f"the model says {said} instead of {_free(pen, 'y')}")
    return (
        f'<span class="rnnw-compare"{"" if pen.run else " hidden"}>'
        f"<span data-hold>{words}</span>"
        f"<span data-then{'' if pen.held else ' hidden'}>: {', '.join(parts)}</span>."
        f"<span data-most>{pen.run['most'] if pen.run else ''}</span></span>"
    )


def _free(pen: Pen, key: str) -> str:
    """Return a number of the free run."""
    text = shown(pen.free(key, pen.t, pen.unit))
    return f'<span class="rnnw-n rnnw-was" data-f="{key}">{text}</span>'
