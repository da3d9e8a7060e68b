"""How fast, how small and how quick to import `rnn_core` is, beside its peers.

Sizes and the report are shared here; `README.md` says how to run and how to read it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

RESULTS = Path(__file__).parent / "RESULTS.md"
SIZES = {  # T, B, D, H
    "tiny": (100, 1, 8, 16),
    "teach": (50, 32, 32, 64),
    "long": (1000, 16, 32, 64),
    "medium": (200, 64, 64, 128),
    "wide": (100, 32, 128, 256),
    "big": (100, 64, 256, 512),
}


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table, numbers to the right."""
    lines = [head, ["---", *["--:"] * (len(head) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def report(section: str, text: str) -> None:
    """Print a section, and put it into the results in place of the one of the same name."""
    text = f"<!-- {section} -->\n{text.strip()}\n<!-- /{section} -->\n"
    print(text)
    old = RESULTS.read_text("utf8") if RESULTS.exists() else "# Results\n"
    found = re.search(f"<!-- {section} -->.*<!-- /{section} -->\n", old, re.DOTALL)
    new = old.replace(found[0], text) if found else f"{old}\n{text}"
    RESULTS.write_text(new, "utf8")
