"""The zip of the book: every file of the site, the same bytes each time, and no link to itself."""

from __future__ import annotations

import zipfile

import offline


def test_the_zip_holds_every_file_of_the_site(built_book):
    with zipfile.ZipFile(built_book / offline.ZIP) as archive:
        names = set(archive.namelist())
        assert archive.testzip() is None
    site = {
        path.relative_to(built_book).as_posix() for path in built_book.rglob("*") if path.is_file()
    }
    left_out = {offline.ZIP.as_posix(), ".buildinfo"}
    assert names == {f"gate-by-gate/{name}" for name in site - left_out | {"READ ME.txt"}}


def test_the_site_offers_its_copy_and_the_copy_does_not(built_book):
    page = "book/service/offline.html"
    assert offline.OFFER.search((built_book / page).read_text("utf8"))
    with zipfile.ZipFile(built_book / offline.ZIP) as archive:
        copy = archive.read(f"gate-by-gate/{page}").decode("utf8")
    assert offline.ZIP.as_posix() not in copy
    assert "The whole book as one zip" in copy


def test_the_same_pages_give_the_same_bytes(tmp_path):
    (tmp_path / "book").mkdir()
    (tmp_path / "index.html").write_text("<p>A page.</p>", "utf8")
    (tmp_path / "book" / "one.css").write_text("p { color: red }", "utf8")
    first = offline.write(tmp_path).read_bytes()
    (tmp_path / "index.html").touch()
    assert offline.write(tmp_path).read_bytes() == first
    assert sorted(path.name for path in (tmp_path / "downloads").iterdir()) == ["gate-by-gate.zip"]
