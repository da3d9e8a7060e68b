"""A tidy table: one row for each observation, one column for each name, plain Python inside."""

from __future__ import annotations

import csv
import math
import numbers
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
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

    def write_csv(self, path: str | Path, digits: int = 6) -> None:
        """Write the table to a CSV file, fractions rounded to so many significant digits.

        Parameters
        ----------
        path : str or Path
        digits : int

        Raises
        ------
        TypeError, ValueError
            If `digits` is no whole number from 1 up; nothing was written.
        """
        digits = checks.size("digits", digits)
        lines = [[_written(row[name], digits) for name in self.columns] for row in self.rows]
        with Path(path).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([self.columns, *lines])


def read_csv(path: str | Path) -> Table:
    """Read a table that `Table.write_csv` wrote.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    Table
        A cell that reads as a whole number, a fraction (`nan` and `inf` among them), True, False
        or nothing is that value (nothing is None); any other is text. So a text "3" comes back
        as the number 3.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file has no header, or a line has more or fewer cells than the header.

    Examples
    --------
    >>> import tempfile
    >>> table = Table(["cell", "steps"], [{"cell": "RNN", "steps": math.inf}])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     table.write_csv(f"{folder}/runs.csv")
    ...     read_csv(f"{folder}/runs.csv")["steps"]
    [inf]
    """
    with Path(path).open(encoding="utf-8", newline="") as file:
        lines = list(csv.reader(file))
    if not lines:
        raise ValueError(f"path must be a CSV file with a header; {str(path)!r} is empty")
    columns, *rows = lines
    for number, row in enumerate(rows, start=2):
        if len(row) != len(columns):
            raise ValueError(
                f"path must be a CSV file with {len(columns)} cells a line, as its header; "
                f"line {number} of {str(path)!r} has {len(row)}"
            )
    return Table(columns, [dict(zip(columns, map(_value, row), strict=True)) for row in rows])


def _written(value: Any, digits: int) -> str:
    if isinstance(value, float):
        return f"{value:.{digits}g}"
    return "" if value is None else str(value)


def _value(text: str) -> Any:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            pass
    return {"": None, "True": True, "False": False}.get(text, text)


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
