"""The stored tables of book/_experiments: `list` them, `run` them anew, `check` them.

    python tools/experiments.py run                  write every table again (hours on one core)
    python tools/experiments.py run ladder           write one
    python tools/experiments.py check ladder         run it with other seeds, and compare

A check runs the whole grid with seeds 100, 101, … and compares each number of each setting with the
stored runs. Two samples of five from one distribution lie wholly apart in 1 case of 126, and
numbers of one run go together; so a check names all that lie apart, and fails when they are more
than two and more than one in twenty. `--same-seeds` takes the stored seeds: on the machine that
wrote the table the numbers are then the stored ones, and on another they may part, because
rounding grows in training.
"""

from __future__ import annotations

import argparse
import importlib
import math
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

from rnn_core.sweep import Table, read_csv

ROOT = Path(__file__).resolve().parent.parent
HERE = ROOT / "book" / "_experiments"
FRESH = 100
TOLERATED, SHARE = 2, 1 / 20


class Comparison(NamedTuple):
    """One number of one setting: the range of the stored runs, and that of the fresh ones."""

    setting: str
    name: str
    stored: tuple[float, float]
    fresh: tuple[float, float]
    median: float

    @property
    def apart(self) -> bool:
        """Whether the ranges have nothing in common, but for rounding in the file."""
        low = max(self.stored[0], self.fresh[0])
        high = min(self.stored[1], self.fresh[1])
        return low > high and not math.isclose(low, high, rel_tol=1e-5)

    @property
    def within(self) -> bool:
        """Whether the fresh median lies in the stored range."""
        return self.stored[0] <= self.median <= self.stored[1]


def names() -> list[str]:
    """Return the experiments that have a stored table."""
    return sorted(path.stem for path in HERE.glob("*.csv"))


def load(name: str) -> ModuleType:
    """Import the script of an experiment, and what it imports from beside itself."""
    if str(HERE) not in sys.path:
        sys.path.insert(0, str(HERE))
    return importlib.import_module(name)


def stored(name: str) -> Table:
    """Return the stored table of an experiment."""
    return read_csv(HERE / f"{name}.csv")


def settings_of(table: Table) -> list[str]:
    """Return the columns that say what was run: those before the seed."""
    return list(table.columns)[: list(table.columns).index("seed")]


def compare(old: Table, new: Table) -> list[Comparison]:
    """Return the comparisons of two tables of one grid."""
    keys = settings_of(old)
    found = []
    for name in list(old.columns)[len(keys) + 1 :]:
        before, after = (table.median_and_range(name, by=keys) for table in (old, new))
        after_by_key = {tuple(row[key] for key in keys): row for row in after}
        for row in before:
            setting = tuple(row[key] for key in keys)
            if setting not in after_by_key:
                raise ValueError(f"the stored table has {setting!r}, which the grid has not")
            other = after_by_key[setting]
            ranges = [(each["lowest"], each["highest"]) for each in (row, other)]
            if any(map(math.isnan, (*ranges[0], *ranges[1]))):
                continue  # all runs of one side have no value here
            words = ", ".join(f"{key}={row[key]}" for key in keys)
            found.append(Comparison(words, name, *ranges, other["median"]))
    return found


def report(name: str, found: list[Comparison]) -> Iterator[str]:
    """Yield the lines that say how a check went."""
    for each in found:
        if each.apart:
            ranges = "stored {:.4g} … {:.4g}, fresh {:.4g} … {:.4g}"
            yield f"  {each.setting}: {each.name}: " + ranges.format(*each.stored, *each.fresh)
    within, apart = sum(each.within for each in found), sum(each.apart for each in found)
    yield (
        f"{name}: {len(found)} comparisons, {apart} ranges apart; "
        f"{within} fresh medians within the stored range"
    )


def check(name: str, same_seeds: bool) -> bool:
    """Run an experiment again, say how it compares, and return whether it agrees."""
    old = stored(name)
    seeds = sorted(set(old["seed"]))
    fresh = load(name).table(seeds if same_seeds else range(FRESH, FRESH + len(seeds)))
    found = compare(old, fresh)
    print("\n".join(report(name, found)), flush=True)
    return sum(each.apart for each in found) <= max(TOLERATED, SHARE * len(found))


def main() -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["list", "run", "check"])
    parser.add_argument("names", nargs="*", metavar="NAME", help="all, if none is given")
    parser.add_argument("--same-seeds", action="store_true", help="check with the stored seeds")
    given = parser.parse_args()
    if unknown := sorted(set(given.names) - set(names())):
        parser.error(f"NAME must be one of {', '.join(names())}; got {', '.join(unknown)}")
    # The processes of a sweep import the scripts too.
    paths = [str(ROOT), str(HERE), os.environ.get("PYTHONPATH", "")]
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
    failed = []
    for name in given.names or names():
        if given.what == "list":
            print(f"{name:<20}{len(stored(name)):>5} runs  {load(name).__doc__.splitlines()[0]}")
        elif given.what == "run":
            load(name).table().write_csv(HERE / f"{name}.csv")
        elif not check(name, given.same_seeds):
            failed.append(name)
    if failed:
        raise SystemExit(f"experiments: more ranges apart than chance allows: {', '.join(failed)}")


if __name__ == "__main__":
    main()
