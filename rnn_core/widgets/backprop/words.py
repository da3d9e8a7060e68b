"""What a backprop stepper says: typeset names, equations, and a sentence for each operation."""

from __future__ import annotations

import re

from rnn_core.worked import Line, Path, Worked, digits

NAME = re.compile(r"\b([A-Za-z])_([a-z]{1,2}(?:,\d)?|\d)|\bL\b")


def typeset(text: str) -> str:
    """Return a text with its names as letters and indices, as markup.

    Examples
    --------
    >>> typeset("W_hh·h_2")
    '<i class="gate-W">W</i><sub>hh</sub>·<i class="gate-h">h</i><sub>2</sub>'
    """
    return NAME.sub(
        lambda found: (
            f'<i class="gate-{found[1]}">{found[1]}</i><sub>{found[2]}</sub>'
            if found[1]
            else "<i>L</i>"
        ),
        text,
    )


def broken(text: str) -> str:
    """Return an equation as markup that breaks before its equals signs.

    Examples
    --------
    >>> broken("1 = 2 − 1")
    '<span>1</span> <span>= 2 − 1</span>'
    """
    first, *rest = typeset(text).split(" = ")
    return f"<span>{first}</span>" + "".join(f" <span>= {part}</span>" for part in rest)


def equation(text: str) -> str:
    """Return an equation with thin spaces around its dots."""
    return text.replace("·", " · ")


def beside(factor: str) -> str:
    """Return a factor as it stands beside its line."""
    return f"×({factor})" if factor.startswith("−") else f"×{factor}"


def said_of_path(parameter: str, product: str) -> str:
    """Return the sentence on a path that is lit."""
    value = product.split(" = ")[1]
    return f"One path to {parameter}: the product of its local derivatives is {value}."


def said(worked: Worked, line: Line) -> str:
    """Return the sentence on one operation."""
    own, value = line.about[0], digits(line.value)
    if line.kind == "value":
        t = int(own[-1])
        words = next(row.words for row in worked.table if worked.label(row.name, t) == own)
        return f"Forward, step {t}: {words}, {own}, is {value}."
    count = len(_arriving(worked, own))
    if line.kind == "sum":
        return f"{count} ways back meet at {own}. Their sum, {value}, is its gradient."
    to = line.about[1]
    slope = worked.factor(own, to)
    one = f", one of {count} ways from the loss" if count > 1 else ""
    if to.startswith("L_"):
        return f"Back from {to} to {own}{one}: the local derivative is {slope}."
    arrived = digits(worked.gradients[to])
    return (
        f"Back from {to} to {own}{one}: {arrived} has arrived, times the local derivative {slope} "
        f"is {value}."
    )


def _arriving(worked: Worked, name: str) -> list[str]:
    return [to for source, to in worked.slopes if source == name]


def way(worked: Worked, path: Path) -> tuple[str, str]:
    """Return the names that a path passes, and its product."""
    *names, parameter = path.names
    texts = [worked.factor(source, to) for to, source in zip(names, path.names[1:], strict=True)]
    rest = [f"({text})" if text.startswith("−") else text for text in texts[1:]]
    product = " × ".join([texts[0], *rest])
    return " → ".join([*names, parameter]), f"{product} = {digits(path.value)}"


def reach(worked: Worked, parameter: str, paths: list[Path]) -> str:
    """Return how much of the last loss each step's use of a parameter receives."""
    last = worked.steps
    parts = [
        digits(
            sum(p.value for p in paths if p.names[0] == f"L_{last}" and int(p.names[-2][-1]) == t)
        )
        for t in range(last, 0, -1)
    ]
    ways = ", ".join(f"{part} at step {last - k}" for k, part in enumerate(parts))
    more = (
        "W_hh and by another 1\u00a0−\u00a0h²" if worked.name == "rnn" else "more local derivatives"
    )
    return f"Of this, L_{last} alone brings {ways}: each step back multiplies by {more}."
