"""The question bank: one YAML file, read, and held to what it promises.

An item belongs to a page and to one objective of its card. Its options say, each by itself, why
they are right or wrong. Of a question for a number the options are the number and the slips that
one makes on the way to it; `hint` answers every other number.

    - id: lstm-share-left
      page: concepts/lstm
      objective: predict from a forget gate how long a cell state lasts
      kind: number            # or one, several, truth
      difficulty: 1
      stem: A forget gate stays at 0.9. Which share is left after 10 steps?
      tolerance: 0.005
      options:
        - {text: "0.349", right: true, feedback: "$0.9^{10}$."}
        - {text: "0", feedback: "That would be $1 - 10 × 0.1$; a share is lost of what is left."}
      hint: Each step multiplies by 0.9.
      check: 0.9 ** 10

`check` is a Python expression for the right answer; `rng`, the cells, `count` (of a cell's
parameters), `sigma` and `stored` (a table of an experiment) are there to be used. Where the texts
of the options are no numbers, each option has a `check` of its own, which says whether it is right
and may use `answer`, the value of the item's. `given` holds statements that all of them build on.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, fields
from importlib import import_module
from pathlib import Path
from typing import Any

import yaml

BOOK = Path(__file__).resolve().parent.parent
FILE = BOOK / "_bank" / "questions.yml"
KINDS = {
    "one": "one answer",
    "several": "all that are right",
    "number": "a number",
    "truth": "true or false",
}
TRUTH = ("True", "False")
# What the expressions of an item may use, beside NumPy, the cells and the functions of `_names`.
MODULES = ("decoding", "diagnostics", "heads", "init", "interop", "optim", "scan", "tasks")
NAME = re.compile(r"[a-z][a-z0-9-]*")


@dataclass(frozen=True)
class Option:
    """One answer that a reader may give, and what is said to it."""

    text: str
    feedback: str
    right: bool = False
    check: str = ""


@dataclass(frozen=True)
class Item:
    """One question."""

    id: str
    page: str
    objective: str
    kind: str
    difficulty: int
    stem: str
    options: tuple[Option, ...]
    tolerance: float = 0.0
    hint: str = ""
    given: str = ""
    check: str = ""

    @property
    def computed(self) -> bool:
        """Whether a machine checks the answer."""
        return bool(self.check or any(option.check for option in self.options))


@functools.cache
def load(path: Path = FILE) -> tuple[Item, ...]:
    """Return the items of a bank.

    Raises
    ------
    ValueError
        If an entry has not the form of an item.
    """
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return tuple(_item(entry) for entry in yaml.load(path.read_text("utf8"), loader))


def _item(entry: dict[str, Any]) -> Item:
    options = tuple(_made(Option, option) for option in entry.get("options", ()))
    return _made(Item, {**entry, "options": options})


def _made(kind: type[Any], entry: Mapping[str, Any]) -> Any:
    known = {field.name for field in fields(kind)}
    needed = {field.name for field in fields(kind) if field.default is MISSING}
    if not needed <= set(entry) <= known:
        wrong = sorted(needed - set(entry)) or sorted(set(entry) - known)
        raise ValueError(f"{entry.get('id', entry)}: missing or unknown: {', '.join(wrong)}")
    return kind(**{k: v.strip() if isinstance(v, str) else v for k, v in entry.items()})


def on_page(page: str, path: Path = FILE) -> list[Item]:
    """Return the items of one page, in the order of the bank."""
    return [item for item in load(path) if item.page == page]


def letters(item: Item) -> list[str]:
    """Return what to call the options: A, B, C, or as they are."""
    if item.kind in ("one", "several"):
        return ["ABCDEFGH"[n] for n in range(len(item.options))]
    return [option.text for option in item.options]


def value_of(text: str) -> float:
    """Return the number that an option's text is; not a number for words."""
    try:
        return float(text)
    except ValueError:
        return math.nan


def faults(item: Item, objectives: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """Yield what is wrong with an item; `objectives` has those of each page."""
    right = [option for option in item.options if option.right]
    texts = [option.text for option in item.options]
    if not NAME.fullmatch(item.id):
        yield "id: small letters, digits and hyphens"
    if item.page not in objectives:
        yield f"page: there is no page {item.page!r} with a card"
    elif item.objective not in objectives[item.page]:
        yield f"objective: the card of {item.page} does not have {item.objective!r}"
    if item.kind not in KINDS:
        yield f"kind: expected one of {list(KINDS)}"
    if item.difficulty not in (1, 2, 3):
        yield "difficulty: expected 1, 2 or 3"
    if not item.stem or not all(texts) or len(set(texts)) < len(texts):
        yield "stem and options need texts that differ"
    if not all(len(option.feedback.split()) >= 3 for option in item.options):
        yield "every option needs feedback that says why"
    yield from _faults_of_kind(item, len(right), texts)


def _faults_of_kind(item: Item, right: int, texts: list[str]) -> Iterator[str]:
    if item.kind == "several":
        if not 2 <= right < len(texts) <= 6:
            yield "several: at least two right options, one wrong, six in all"
    elif right != 1:
        yield "exactly one option is right"
    if item.kind == "one" and not 3 <= len(texts) <= 5:
        yield "one: three to five options"
    if item.kind in ("one", "several") and len({bool(o.check) for o in item.options}) > 1:
        yield "of a choice all options are checked, or none"
    if item.kind == "truth" and tuple(texts) != TRUTH:
        yield f"truth: the options are {' and '.join(TRUTH)}"
    if {bool(item.hint), item.tolerance > 0} != {item.kind == "number"}:
        yield "a number, and nothing else, has a hint and a tolerance above 0"
    if item.kind == "number" and not (len(texts) > 1 and all(map(_is_number, texts))):
        yield "number: the options are the number and at least one slip"


def _is_number(text: str) -> bool:
    return not math.isnan(value_of(text))


def refuted(item: Item) -> Iterator[str]:
    """Yield each option that the item's own computation does not bear out."""
    names = _names()
    exec(item.given, names)
    answer = names["answer"] = eval(item.check, names) if item.check else None
    for option in item.options:
        said = _bears_out(item, option, answer, names)
        if said is not None and bool(said) != option.right:
            yield f"{option.text!r} is {'right' if said else 'wrong'} by the check, {answer}"
        if item.kind == "number" and not option.right and option.check:
            slip = eval(option.check, names)
            if abs(slip - value_of(option.text)) > item.tolerance:
                yield f"the slip {option.text!r} comes out as {slip}"


def _names() -> dict[str, Any]:
    """Return what the expressions of an item may use."""
    import numpy as np

    import rnn_core
    from rnn_core import sweep, variants

    def sigma(a: Any) -> Any:
        return 1 / (1 + np.exp(-np.asarray(a, float)))

    def count(cell: Any) -> int:
        return sum(value.size for value in cell.params.values())

    def stored(table: str) -> Any:
        return sweep.read_csv(BOOK / "_experiments" / f"{table}.csv")

    names = {**vars(rnn_core), **vars(variants)}
    names |= {name: import_module(f"rnn_core.{name}") for name in MODULES}
    names |= {"np": np, "sigma": sigma, "count": count, "stored": stored}
    return names | {"rng": np.random.default_rng(0)}


def _bears_out(item: Item, option: Option, answer: Any, names: dict[str, Any]) -> bool | None:
    """Return whether the computation calls an option right; None where it has no say."""
    if item.kind == "truth":
        return None if answer is None else bool(answer) == (option.text == "True")
    if item.kind != "number" and option.check:
        return bool(eval(option.check, names))
    if answer is None:
        return None
    within = item.tolerance or 1e-9 * abs(answer)
    return abs(value_of(option.text) - answer) <= within
