"""Take the notebooks out of the zip that a learning platform makes of what students handed in.

Only files named `.ipynb` are taken, and nothing that was packed inside them is unpacked: what
students hand in may be made to do harm. Of two files for one notebook the newer one is kept, by the
time that the zip gives; one that is no date counts as 1 January 1980.
"""

from __future__ import annotations

import re
import unicodedata
import zipfile
from contextlib import suppress
from datetime import datetime
from pathlib import Path, PurePosixPath

# How platforms name the files in the zip of an assignment. Moodle gives a number to each person.
NAMING = {
    "plain": r"(?:^|/)(?P<student_id>[^/]+)/(?P<file_id>[^/]+)$",
    "moodle": r"(?:^|/)(?P<student_id>[^/]+?)_(?P<number>\d+)_assignsubmission_file(?:_/|/|_)"
    r"(?P<file_id>[^/]+)$",
    "canvas": r"(?:^|/)(?P<student_id>[^/_]+)(?:_LATE)?_\d+_\d+_(?P<file_id>[^/]+)$",
}
# What browsers, Jupyter and Canvas add to the name of a file that is there already.
AGAIN = re.compile(r"(?: ?\(\d+\)|-Copy\d+|-\d+)$")
TIME = "%Y-%m-%d %H:%M:%S UTC"
MOST_BYTES = 50 * 2**20


def collect(course: Path, name: str, archive: Path, naming: str) -> tuple[list[str], list[str]]:
    """Take the notebooks of a zip into `submitted/`.

    Return the students with a new notebook, and a line for each file that was not taken.
    """
    pattern = re.compile(NAMING.get(naming, naming))
    if not {"student_id", "file_id"} <= pattern.groupindex.keys():
        raise ValueError(
            f"naming: {naming!r} is none of {', '.join(NAMING)}; a regular expression needs the "
            "groups student_id and file_id"
        )
    taken, left = set(), []
    with zipfile.ZipFile(archive) as opened:
        files = [info for info in opened.infolist() if not info.is_dir()]
        found = {info: match for info in files if (match := pattern.search(_shown(info)))}
        shared = _shared(found.values())
        for info in sorted(files, key=lambda info: info.date_time):
            match = found.get(info)
            student = _student(match, shared) if match else ""
            if match is None or student in ("", ".", ".."):
                left.append(f"{_shown(info)}: its name does not say whose it is")
                continue
            folder = course / "submitted" / student / name
            folder.mkdir(parents=True, exist_ok=True)  # of whom no more is known, this is
            if why := _unfit(info, match["file_id"]):
                left.append(f"{_shown(info)}: {why}")
            elif _is_newer(info, folder):
                _keep(opened.read(info), folder / _file(match["file_id"], name), info)
                taken.add(student)
    return sorted(taken), left


def _shown(info: zipfile.ZipInfo) -> str:
    # A Mac writes an umlaut as two characters.
    return unicodedata.normalize("NFC", info.filename)


def _shared(matches) -> set[str]:
    """Return the names that several people have."""
    people = {(match["student_id"], match.groupdict().get("number")) for match in matches}
    names = [name for name, _ in people]
    return {name for name in names if names.count(name) > 1}


def _student(match: re.Match[str], shared: set[str]) -> str:
    name = match["student_id"]
    if name in shared:
        name = f"{name} {match['number']}"
    # nbgrader looks for folders by a pattern in which these have a meaning.
    return re.sub(r"[\[\]*?\\]", "-", name).strip()


def _unfit(info: zipfile.ZipInfo, file: str) -> str | None:
    if not file.endswith(".ipynb"):
        return "it is no notebook"
    if info.file_size > MOST_BYTES:
        return f"it has {info.file_size} bytes, the most is {MOST_BYTES}"
    return None


def _file(file: str, name: str) -> str:
    """Return the name to keep a file under: that of the assignment, where it is a copy's."""
    stem = PurePosixPath(file).stem
    return f"{name}.ipynb" if AGAIN.sub("", stem) == name else file


def _is_newer(info: zipfile.ZipInfo, folder: Path) -> bool:
    stamp = folder / "timestamp.txt"  # where nbgrader keeps it
    if not stamp.exists():
        return True
    return _time(info) >= datetime.strptime(stamp.read_text("utf8"), TIME)


def _time(info: zipfile.ZipInfo) -> datetime:
    with suppress(ValueError):
        return datetime(*info.date_time)
    return datetime(1980, 1, 1)  # the earliest that a zip can give


def _keep(content: bytes, path: Path, info: zipfile.ZipInfo) -> None:
    path.write_bytes(content)
    stamp = path.with_name("timestamp.txt")
    stamp.write_text(_time(info).strftime(TIME), "utf8")
