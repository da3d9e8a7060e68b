"""The lines of a worked example, as printed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Line(NamedTuple):
    """One operation.

    Attributes
    ----------
    kind : str
        "value" forward; "slope", a local derivative; "path", what one edge brings back; "sum" of
        the paths that meet; "share" of one step in a parameter's gradient, and "total" of them.
    name, formula, numbers : str
        What is computed, how, and the same with numbers.
    value : float
        What comes out.
    about : tuple of str
        The names it is about: one quantity, or the two ends of an edge, earlier end first.

    Examples
    --------
    >>> from rnn_core.worked import example
    >>> print(example("rnn").lines[1])
    h_1 = tanh(a_1) = tanh(1.0000) = 0.7616
    """

    kind: str
    name: str
    formula: str
    numbers: str
    value: float
    about: tuple[str, ...]

    def __str__(self) -> str:
        parts = [self.name, self.formula, self.numbers]
        return " = ".join(dict.fromkeys(parts if self.plain else [*parts, digits(self.value)]))

    @property
    def plain(self) -> bool:
        """Whether the numbers are no more than the value itself."""
        try:
            return digits(float(self.numbers.replace("−", "-"))) == digits(self.value)
        except ValueError:
            return False


class Path(NamedTuple):
    """One way back from a loss to a parameter.

    Attributes
    ----------
    names : tuple of str
        What it passes, from the loss to the parameter.
    slopes : tuple of float
        The local derivative of each edge.
    value : float
        Their product.

    Examples
    --------
    >>> from rnn_core.worked import example
    >>> example("rnn").paths("W_hh")[-1].names
    ('L_3', 'h_3', 'a_3', 'h_2', 'a_2', 'h_1', 'a_1', 'W_hh')
    """

    names: tuple[str, ...]
    slopes: tuple[float, ...]
    value: float


def digits(value: float) -> str:
    """Return a number with four decimals and the minus sign of typography.

    Examples
    --------
    >>> digits(-0.12345), digits(-0.00001)
    ('−0.1235', '0.0000')
    """
    text = f"{value:.4f}".replace("-", "−")
    return "0.0000" if text == "−0.0000" else text


def joined(
    sign: str, times: str, words: Sequence[str], values: Sequence[float], last: str = ""
) -> tuple[str, str]:
    """Return words and numbers with signs between; negative numbers after the first in ( )."""
    texts = [digits(value) for value in values]
    texts = [*texts[:-1], last or texts[-1]]
    rest = [f"({text})" if text.startswith("−") else text for text in texts[1:]]
    return sign.join(words), times.join([texts[0], *rest])
