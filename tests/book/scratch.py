"""A small book with the real settings and extensions, to see what makes a build fail."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
from nbformat import v4

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = """\
---
myst:
  html_meta:
    description: A page to try the build on.
---

# {title}

The cell keeps $c_t$, as {{eq}}`{label}` says.

$$
c_t = f_t \\odot c_{{t-1}} + i_t \\odot g_t
$$ ({label})

{body}
"""


def write_page(folder: Path, name: str, body: str) -> None:
    """Write a page of prose with one formula and whatever is to be tried."""
    label = name.replace("/", "-")
    path = folder / "book" / f"{name}.md"
    path.write_text(PAGE.format(title=f"The {label} page", label=label, body=body), "utf8")


def write_notebook(folder: Path, name: str, *cells: str) -> None:
    """Write a notebook with these code cells."""
    metadata = {
        "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
        "myst": {"html_meta": {"description": "A notebook to try the build on."}},
    }
    notebook = v4.new_notebook(metadata=metadata)
    notebook.cells = [v4.new_markdown_cell(f"# The {name} notebook")]
    notebook.cells += [v4.new_code_cell(source) for source in cells]
    for number, cell in enumerate(notebook.cells):
        cell.id = f"{name}-{number}"
    nbformat.write(notebook, folder / "book" / f"{name}.ipynb")


def write_toc(folder: Path, *pages: str) -> None:
    """Name the pages of the book after its first."""
    text = "format: jb-book\nroot: book/index\n"
    if pages:
        text += "chapters:\n" + "".join(f"- file: book/{page}\n" for page in pages)
    (folder / "_toc.yml").write_text(text, "utf8")


def make_book(folder: Path, body: str = "Nothing more.") -> Path:
    """Make a book of one page with the settings, extensions, look and package of the real one."""
    (folder / "book").mkdir(parents=True)
    shutil.copyfile(ROOT / "_config.yml", folder / "_config.yml")
    for name in ("_ext", "_look"):
        (folder / "book" / name).symlink_to(ROOT / "book" / name, target_is_directory=True)
    shutil.copyfile(ROOT / "book" / "references.bib", folder / "book" / "references.bib")
    unwanted = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "rnn_core", folder / "rnn_core", ignore=unwanted)
    write_page(folder, "index", body)
    write_toc(folder)
    return folder
