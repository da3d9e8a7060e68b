"""Cut a font down to the characters a book uses, once for each set of characters."""

from __future__ import annotations

import hashlib
import logging
from pathlib import Path

from fontTools import subset, version

# Jupyter Book lets every logger speak; a cut font is no news.
logging.getLogger("fontTools").setLevel(logging.WARNING)


def cut_font(source: Path, characters: str, cache: Path) -> bytes:
    """Return a WOFF2 font that holds only the glyphs these characters lead to."""
    key = hashlib.sha256(f"{version} {characters}".encode() + source.read_bytes()).hexdigest()[:16]
    cached = cache / f"{key}.woff2"
    if not cached.is_file():
        cached.parent.mkdir(parents=True, exist_ok=True)
        options = subset.Options(flavor="woff2", layout_features=["*"], hinting=False)
        font = subset.load_font(str(source), options)
        subsetter = subset.Subsetter(options)
        subsetter.populate(text=characters)
        subsetter.subset(font)
        subset.save_font(font, str(cached), options)
    return cached.read_bytes()
