"""A tidy table: one row for each observation, one column for each name, plain Python inside."""

from __future__ import annotations

import math
import numbers
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from .. import checks

SUMMARY = ("median", "lowest", "highest", "runs", "nan")


@dataclass(frozen=True, repr=False)
class Table:
    """Rows of named values, in a fixed order.

    Parameters
    ----------
    columns : sequence of str
        The names, in the order in which they are shown.
    rows : sequence of dict
        Each has exactly the names in `columns`.

    Raises
    ------
    TypeError, ValueError
        If a name is not text, a name comes twice, or a row has other names.

    Examples
    --------
    >>> table = Table(["cell", "seed", "loss"], [
    ...     {"cell": "RNN", "seed": 0, "loss": 0.31},
    ...     {"cell": "RNN", "seed": 1, "loss": 0.27},
    ...     {"cell": "RNN", "seed": 2, "loss": 0.95},
    ... ])
    >>> table["loss"]
    [0.31, 0.27, 0.95]
    >>> table.median_and_range("loss", by="cell")
    | cell | median | lowest | highest | runs | nan |
    | :--- | ---: | ---: | ---: | ---: | ---: |
    | RNN | 0.31 | 0.27 | 0.95 | 3 | 0 |
    """

    columns: Sequence[str]
    rows: Sequence[dict[str, Any]]

    def __post_init__(self) -> None:
        for name in self.columns:
            checks.instance("columns", name, str)
        if len(set(self.columns)) < len(self.columns):
            raise ValueError(f"columns must be different names; got {list(self.columns)}")
        for number, row in enumerate(self.rows):
            if set(row) != set(self.columns):
                raise ValueError(
                    f"rows[{number}] must have the names {list(self.columns)}; got {list(row)}"
                )

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self.rows)

    def __getitem__(self, name: str) -> list[Any]:
        """Return one column as a list."""
        checks.choice("name", name, self.columns)
        return [row[name] for row in self.rows]

    def where(self, **values: object) -> Table:
        """Return the rows in which each named column has the given value.

        Examples
        --------
        >>> table = Table(["lr", "loss"], [{"lr": 0.1, "loss": 2}, {"lr": 0.2, "loss": 1}])
        >>> table.where(lr=0.2)
        | lr | loss |
        | ---: | ---: |
        | 0.2 | 1 |
        """
        for name in values:
            checks.choice("name", name, self.columns)
        kept = [row for row in self.rows if all(row[name] == values[name] for name in values)]
        return Table(self.columns, kept)

    def median_and_range(self, value: str, *, by: str | Sequence[str]) -> Table:
        """Return the median, lowest and highest of one column for each group of rows.

        Parameters
        ----------
        value : str
            A column of numbers. NaN is left out of the three figures and counted beside them;
            infinity is a number like any other.
        by : str or sequence of str
            The columns whose values make a group; groups come in the order of their first row.

        Returns
        -------
        Table
            The columns of `by`, then `median`, `lowest`, `highest`, `runs` (rows in the group)
            and `nan` (how many of these were NaN).

        Raises
        ------
        TypeError, ValueError
            If a name is not a column, or `value` is not a column of numbers.
        """
        names = [by] if isinstance(by, str) else list(by)
        for name in names:
            checks.choice("by", name, [name for name in self.columns if name not in SUMMARY])
        for given in self[checks.choice("value", value, self.columns)]:
            if not isinstance(given, numbers.Real):
                raise TypeError(f"value must name a column of numbers; got {given!r} in {value!r}")
        groups: dict[tuple[Any, ...], list[float]] = {}
        for row in self.rows:
            # 1, 1.0 and True are equal for Python, and three values to whoever wrote the grid.
            key = tuple((type(row[name]), row[name]) for name in names)
            groups.setdefault(key, []).append(row[value])
        rows = [
            {name: part[1] for name, part in zip(names, key, strict=True)} | _summary(values)
            for key, values in groups.items()
        ]
        return Table((*names, *SUMMARY), rows)

    def markdown(self, digits: int = 4) -> str:
        """Return the table as Markdown, numbers rounded to so many significant digits."""
        digits = checks.size("digits", digits)
        right = [all(_is_number(row[name]) for row in self.rows) for name in self.columns]
        lines = [list(map(str, self.columns)), ["---:" if end else ":---" for end in right]]
        lines += [[_spell(row[name], digits) for name in self.columns] for row in self.rows]
        return "\n".join(f"| {' | '.join(line)} |" for line in lines)

    __repr__ = markdown
    _repr_markdown_ = markdown


def _summary(values: list[float]) -> dict[str, float]:
    known = [value for value in values if not math.isnan(value)]
    figures = (statistics.median(known), min(known), max(known)) if known else (math.nan,) * 3
    counts = (len(values), len(values) - len(known))
    return dict(zip(SUMMARY, (*figures, *counts), strict=True))


def _is_number(value: object) -> bool:
    return isinstance(value, numbers.Real) and not isinstance(value, bool)


def _spell(value: Any, digits: int) -> str:
    if isinstance(value, float):
        return f"{value:.{digits}g}"
    return "" if value is None else str(value).replace("|", "\\|").replace("\n", " ")
