"""Write what the site offers to notebooks that run elsewhere, into `downloads/` of the built pages.

There are the wheel of rnn_core and a zip of the stored experiments that pages read; the first cell
of a student's notebook takes them from there, as in Colab. The same files give the same bytes.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

import assign
from assignment import FILES_ZIP
from build_book import ROOT
from hatchling.builders.wheel import WheelBuilder

FOLDER = "downloads"
LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can say


def wheel(folder: Path) -> Path:
    """Write the wheel of rnn_core into a folder; return its path."""
    (made,) = WheelBuilder(str(ROOT)).build(directory=str(folder), versions=["standard"])
    return Path(made)


def experiments(folder: Path) -> Path:
    """Write the zip of all files that pages read into a folder; return its path."""
    target = folder / FILES_ZIP
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(_read_by_pages().items()):
            entry = zipfile.ZipInfo(name, LONG_AGO)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)
    return target


def _read_by_pages() -> dict[str, str | bytes]:
    found: dict[str, str | bytes] = {}
    book = assign.the_book()
    for page in assign.pages():
        found |= assign.companions(assign.make(page, book), page)
    return found


def write(html: Path) -> None:
    """Write both into the folder of built pages."""
    folder = html / FOLDER
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*.whl"):
        old.unlink()
    wheel(folder)
    experiments(folder)
