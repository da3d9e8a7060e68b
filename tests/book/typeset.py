"""Formulas as they are typeset, evaluated: a small part of TeX, read as arithmetic on columns.

A page's numbered formulas are read into a `System`. Asked for a quantity, it finds the formula
that has it on the left and evaluates the right-hand side, which asks for other quantities, until
only what was given is left. Nothing but the TeX of the page says how anything is computed.
"""

from __future__ import annotations

import re

import numpy as np

SPACE = re.compile(r"\\\\|\\[,!;]|\\left|\\right|\\quad|\\qquad|&|\\(?:begin|end)\{aligned\}")
TOKEN = re.compile(
    r"""\s*(
    \\sum_(?:\{[^}]*\})(?:\^(?:\{\w\}|\w))? | \\prod_\{[^}]*\}\^(?:\{\w\}|\w)
  | \\operatorname\{diag\} | \\tanh(?:\^2)? | \\odot | \^\\top | \^2 | [-+()]
  | \\delta\^(?:\{(?:[^{}]|\{[^}]*\})*\}|\w)(?:_(?:\{[^}]*\}|\w))?
  | \\sigma | \\hat\ y | \d+
  | [a-zA-Z](?:_(?:\{[^}]*\}|\w))?
    )""",
    re.VERBOSE,
)
# A line of its own is an equation only where it has a sign to align; else it goes on.
APART = re.compile(r",\s*\\q?quad|,\s*&|,?\s*\\\\(?=[^\\&]*(?:\\(?!\\)[^\\&]*)*&=)")
NUMBER = re.compile(r"\\tag\{(\w+)\}")
GRADIENT = re.compile(r"\\frac\{\\partial L\}\{\\partial ([Wb]_(?:\{\w+\}|\w))\}")


def numbered(prose: str) -> dict[str, str]:
    """Return the TeX of each numbered formula of a page."""
    shown = prose.split("$$")[1::2]
    return {match[1]: NUMBER.sub("", tex) for tex in shown if (match := NUMBER.search(tex))}


def tokens(tex: str) -> list[str]:
    """Split a side of a formula; whatever is not understood is an error."""
    tex, at, found = SPACE.sub(" ", tex).strip(), 0, []
    while at < len(tex):
        match = TOKEN.match(tex, at)
        assert match, f"cannot read {tex[at:]!r}"
        found.append(match[1])
        at = match.end()
    return found


def plain(text: str) -> str:
    """Return a sub- or superscript without its braces, spaces and fonts."""
    return re.sub(r"\\text|[{}\s]", "", text)


def times(a, b):
    """Return the product that stands as two things side by side."""
    return a * b if np.ndim(a) == 0 or np.ndim(b) == 0 else a @ b


class System:
    """The formulas of a page, and what is given to them.

    Parameters
    ----------
    given : dict
        Weights by name, columns by name and step: `"W_hh"`, `("x", 1)`.
    steps : int
        T.
    """

    def __init__(self, given: dict, steps: int) -> None:
        self.known, self.formulas, self.steps = dict(given), {}, steps

    def add(self, tex: str, letters: str = "") -> None:
        """Take in the equations of one numbered formula, for each letter that k stands for."""
        named = re.search(r"k = ((?:\w, )*\w)\s*$", tex)
        if named:
            tex, letters = tex[: named.start()], named[1].replace(", ", "")
        for equation in APART.split(tex):
            if "=" not in equation:
                assert not equation.strip(), equation
                continue
            left, right = re.sub(r"\\textbf\{\w+:\}", "", equation).split("=", 1)
            for k in letters if letters and "k" in left else [None]:
                name, at = self.place(SPACE.sub(" ", left).strip(), {"k": k})
                assert (name, at) not in self.formulas, (name, at)
                self.formulas[name, at] = tokens(right), k

    def place(self, symbol: str, where: dict) -> tuple[str, str | None]:
        """Return the name of a symbol, with the letter for k, and its time as it is written."""
        gradient, k = GRADIENT.fullmatch(symbol), where.get("k")
        swap = (lambda text: text.replace("k", k)) if isinstance(k, str) else str
        if gradient:
            return f"∂{swap(plain(gradient[1]))}", None
        if symbol[0] in "Wb":
            return swap(plain(symbol)), None
        symbol = symbol.replace(r"\delta^", "δ")
        base, _, sub = symbol.rpartition("_") if "_" in symbol else (symbol, "", "")
        base, sub = plain(base), plain(sub)
        if "," in sub:
            base, sub = f"{base}_{sub[0]}", sub[2:]
        base = base.replace("a_k", f"a_{k}")
        return swap(base) if base in ("k", "δk") else base, sub or None

    def value(self, name: str, at: int | None = None):
        """Return a quantity: given, or computed once."""
        key = name if at is None else (name, at)
        if key not in self.known:
            steps = {0: "0", self.steps: "T"}
            exact = (name, None if at is None else steps.get(at))
            found = exact if exact in self.formulas else (name, "t")
            assert found in self.formulas, f"nothing says what {key} is"
            right, k = self.formulas[found]
            self.known[key] = self.evaluate(right, {"t": at, "T": self.steps, "k": k})
        return self.known[key]

    def evaluate(self, right: list[str], where: dict):
        """Return the value of a side of a formula."""
        result, rest = self._sum(right, where)
        assert not rest, rest
        return result

    def _sum(self, rest, where):
        total, rest = self._term(rest, where)
        while rest and rest[0] in "+-":
            sign = 1 if rest[0] == "+" else -1
            term, rest = self._term(rest[1:], where)
            assert 0 in (np.ndim(total), np.ndim(term)) or total.shape == term.shape
            total = total + sign * term
        return total, rest

    def _term(self, rest, where):
        """Read what ⊙ joins; products side by side bind more closely."""
        total, rest = self._product(rest, where)
        while rest and rest[0] == r"\odot":
            factor, rest = self._product(rest[1:], where)
            assert 0 in (np.ndim(total), np.ndim(factor)) or total.shape == factor.shape
            total = total * factor
        return total, rest

    def _product(self, rest, where):
        total, rest = self._factor(rest, where)
        while rest and rest[0] not in ("+", "-", ")", r"\odot"):
            factor, rest = self._factor(rest, where)
            total = times(total, factor)
        return total, rest

    def _factor(self, rest, where):
        head, rest = rest[0], rest[1:]
        if head.startswith((r"\sum", r"\prod")):
            return self._many(head, rest, where)
        if head in ("(", r"\tanh", r"\tanh^2", r"\sigma", r"\operatorname{diag}"):
            inner, rest = self._sum(rest if head == "(" else rest[1:], where)
            assert rest[0] == ")", rest
            result, rest = self._applied(head, inner), rest[1:]
        elif head.isdigit():
            result = float(head)
        else:
            name, at = self.place(head, where)
            result = self.value(name, None if at is None else self._step(at, where))
        while rest and rest[0] in (r"^\top", "^2"):
            result, rest = (result.T if rest[0] == r"^\top" else result**2), rest[1:]
        return result, rest

    @staticmethod
    def _applied(head, inner):
        if head == r"\operatorname{diag}":
            return np.diag(inner[:, 0])
        if head == r"\sigma":
            return 1 / (1 + np.exp(-inner))
        return {"(": inner, r"\tanh": np.tanh(inner), r"\tanh^2": np.tanh(inner) ** 2}[head]

    @staticmethod
    def _step(at, where):
        match = re.fullmatch(r"(\w+?)([-+]\d)?", at)
        assert match, at
        start = int(match[1]) if match[1].isdigit() else where[match[1]]
        return start + int(match[2] or 0)

    def _many(self, head, rest, where):
        """Read a sum over what follows up to + or −, or a product over what follows."""
        start, _, end = head.partition("^")
        index, _, first = plain(start[start.index("_") + 1 :]).partition("=")
        if end:
            every = range(self._step(first, where), self._step(plain(end), where) + 1)
        else:
            every = first.split(",") if first else "ifgo"
        is_sum = head.startswith(r"\sum")
        read = self._term if is_sum else self._product
        total, after = (0.0 if is_sum else 1.0), self._skipped(rest)
        for each in every:
            one, _ = read(rest, {**where, index: each})
            if is_sum:
                total = total + one
            else:
                total = total * one if np.shape(one)[1:] == (1,) else times(total, one)
        return total, after

    @staticmethod
    def _skipped(rest):
        """Return what stands after the term that begins here."""
        depth = 0
        for at, token in enumerate(rest):
            depth += (token == "(") - (token == ")")
            if depth < 0 or (depth == 0 and token in "+-"):
                return rest[at:]
        return []
