"""Check the question bank, and write it for learning platforms.

    python tools/question_bank.py check
    python tools/question_bank.py moodle questions.xml
    python tools/question_bank.py qti questions.zip --page concepts/lstm --page concepts/gru

`check` holds every item to its form, its page and its computed answer, and lists what of each page
is asked about. Moodle gets its own XML, with formulas in TeX; all others get a package of QTI 2.1,
with formulas in MathML. Every item keeps its id, its objective and its difficulty, and every
answer its feedback. `moodle.read` and `qti.read` read the files back.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "book" / "_ext"))

import bank
import moodle
import qti
from page_card import cards


def check() -> list[str]:
    """Return what is wrong with the bank, a line for each fault."""
    items = bank.load()
    objectives = {page: card.objectives for page, card in cards(bank.BOOK).items()}
    found = [f"{item.id}: {f}" for item in items for f in bank.faults(item, objectives)]
    found += [f"{item.id}: {f}" for item in items for f in bank.refuted(item)]
    ids = [item.id for item in items]
    return found + [f"{name}: used twice" for name in sorted(set(ids)) if ids.count(name) > 1]


def coverage() -> list[str]:
    """Return a line for each objective of each page in the bank, with how often it is asked."""
    items, lines = bank.load(), []
    found = cards(bank.BOOK)
    for page in dict.fromkeys(item.page for item in items):
        lines.append(page)
        for objective in found[page].objectives:
            asked = sum(item.page == page and item.objective == objective for item in items)
            lines.append(f"  {asked or '–'}  {objective}")
    return lines


def chosen(pages: list[str]) -> list[bank.Item]:
    """Return the items of these pages, or all."""
    items = bank.load()
    if unknown := set(pages) - {item.page for item in items}:
        raise SystemExit(f"question_bank: no question for {', '.join(sorted(unknown))}")
    return [item for item in items if not pages or item.page in pages]


def main() -> None:
    """Read the command line and do what it says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("check", help="check the bank, and list what it covers")
    for name, what in (("moodle", "Moodle XML"), ("qti", "a package of QTI 2.1")):
        command = commands.add_parser(name, help=f"write {what}")
        command.add_argument("output", type=Path)
        command.add_argument("--page", action="append", default=[], help="only these pages")
    given = parser.parse_args()
    if given.command == "check":
        print("\n".join(coverage()))
        if found := check():
            raise SystemExit("\n".join(found))
        items = bank.load()
        computed = sum(item.computed for item in items)
        print(f"{len(items)} items are sound; of {computed} the answer was computed")
        return
    items = chosen(given.page)
    write = {"moodle": moodle.write, "qti": qti.write}[given.command]
    write(items, given.output)
    print(f"{len(items)} items in {given.output}", file=sys.stderr)


if __name__ == "__main__":
    main()
