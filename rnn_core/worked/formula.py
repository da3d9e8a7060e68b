"""A formula that is written once and then printed, filled with numbers, and computed.

What the book prints and what is computed cannot differ, because both read the same text: a sum,
product or power of names, numbers, tanh and σ, in Python's notation.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Mapping

from .. import checks

FUNCTIONS: dict[str, tuple[str, Callable[[float], float]]] = {
    "tanh": ("tanh", math.tanh),
    "sigmoid": ("σ", lambda a: 0.5 + 0.5 * math.tanh(a / 2)),
}
SUM, PRODUCT, POWER = 1, 2, 3  # how tightly an operation binds
POWERS = {2: "²"}
FRACTIONS: dict[float, str] = {0.5: "½"}


class Formula:
    """One formula.

    Parameters
    ----------
    text : str
        The formula with ``+ - * **``, ``tanh(…)`` and ``sigmoid(…)``.

    Raises
    ------
    TypeError, ValueError
        If `text` is no such formula.

    Examples
    --------
    >>> slope = Formula("1 - h**2")
    >>> slope.value({"h": 0.5})
    0.75
    >>> slope.spell(lambda name: name + "_t"), slope.spell(lambda name: "0.5")
    ('1 − h_t²', '1 − 0.5²')
    """

    def __init__(self, text: str) -> None:
        self.text = checks.instance("text", text, str)
        try:
            self.tree = ast.parse(text, mode="eval").body
            _value(self.tree, dict.fromkeys(_names(self.tree), 0.0))
        except (SyntaxError, KeyError) as error:
            raise ValueError(
                f"text must be a formula of + - * **, tanh and sigmoid; got {text!r}"
            ) from error

    def __repr__(self) -> str:
        return f"Formula({self.text!r})"

    @property
    def names(self) -> list[str]:
        """The names in it, each once, in the order of the text."""
        return list(dict.fromkeys(_names(self.tree)))

    def value(self, numbers: Mapping[str, float]) -> float:
        """Return what comes out for the numbers by name."""
        return _value(self.tree, numbers)

    def spell(self, write: Callable[[str], str], times: str = "·") -> str:
        """Return the formula as a reader sees it; `write` says what stands for each name."""
        return _spell(self.tree, write, times, 0, True)


def _names(tree: ast.expr) -> list[str]:
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    found = [n for n in ast.walk(tree) if isinstance(n, ast.Name) and id(n) not in called]
    return [node.id for node in sorted(found, key=lambda node: node.col_offset)]


def _value(tree: ast.expr, numbers: Mapping[str, float]) -> float:
    match tree:
        case ast.Constant(value=int() | float() as number):
            return number
        case ast.Name(id=name):
            return numbers[name]
        case ast.Call(func=ast.Name(id=name), args=[inside]):
            return FUNCTIONS[name][1](_value(inside, numbers))
        case ast.BinOp(left=left, op=op, right=right):
            return _operation(op, _value(left, numbers), _value(right, numbers))
    raise KeyError(ast.dump(tree))


def _operation(op: ast.operator, left: float, right: float) -> float:
    match op:
        case ast.Add():
            return left + right
        case ast.Sub():
            return left - right
        case ast.Mult():
            return left * right
        case ast.Pow():
            return left**right
    raise KeyError(ast.dump(op))


def _spell(tree: ast.expr, write: Callable[[str], str], times: str, binds: int, first: bool) -> str:
    """Write a part; `first` says whether nothing stands before it, so that a minus may."""

    def part(tree: ast.expr, binds: int, first: bool = False) -> str:
        return _spell(tree, write, times, binds, first)

    match tree:
        case ast.Constant(value=int() | float() as number):
            return FRACTIONS.get(number, str(number))
        case ast.Name(id=name):
            text = write(name)
            return text if first or not text.startswith("−") else f"({text})"
        case ast.Call(func=ast.Name(id=name), args=[inside]):
            return f"{FUNCTIONS[name][0]}({part(inside, 0, True)})"
        case ast.BinOp(left=left, op=ast.Pow(), right=ast.Constant(value=int() as power)):
            return part(left, POWER) + POWERS[power]
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            return part(left, PRODUCT, first) + times + part(right, PRODUCT)
        case ast.BinOp(left=left, op=op, right=right):
            sign = " + " if isinstance(op, ast.Add) else " − "
            inside = first or binds > SUM
            text = part(left, SUM, inside) + sign + part(right, SUM + isinstance(op, ast.Sub))
            return f"({text})" if binds > SUM else text
    raise KeyError(ast.dump(tree))
