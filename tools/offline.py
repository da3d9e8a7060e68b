"""Put the built book into one zip that opens from a disk: unpack it, open index.html.

The build calls this last, so that the site offers its own copy, at downloads/gate-by-gate.zip. The
same pages give the same bytes.
"""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

FOLDER = "gate-by-gate"
ZIP = Path("downloads") / f"{FOLDER}.zip"
# The copy does not hold itself: where a page offers it, the copy has the words without the link.
OFFER = re.compile(rf'<a\b[^>]*href="[^"]*{re.escape(ZIP.as_posix())}"[^>]*>(.*?)</a>', re.DOTALL)
READ_ME = """Gate by Gate, the whole book.

Open index.html in a browser. It needs no network and no server: formulas, figures and search work
from this folder, and it can be copied anywhere as it is.
"""
LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can say


def write(html: Path) -> Path:
    """Write the zip of the built pages into their folder; return its path."""
    target = html / ZIP
    target.unlink(missing_ok=True)
    files = sorted(path for path in html.rglob("*") if path.is_file())
    target.parent.mkdir(exist_ok=True)
    half_written = target.with_name(target.name + ".part")
    with zipfile.ZipFile(half_written, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        _add(archive, "READ ME.txt", READ_ME.encode())
        for path in files:
            name = path.relative_to(html).as_posix()
            if name == ".buildinfo":
                continue
            content = path.read_bytes()
            if path.suffix == ".html":
                content = OFFER.sub(r"\1", content.decode("utf8")).encode("utf8")
            _add(archive, name, content)
    half_written.replace(target)
    return target


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(f"{FOLDER}/{name}", LONG_AGO)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    archive.writestr(entry, content)
