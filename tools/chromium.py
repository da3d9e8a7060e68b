"""Find the Chromium or Chrome that this machine has."""

from __future__ import annotations

import os
import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
# A sandbox needs rights that containers do not give; our own pages are all it opens.
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
MISSING = "no Chromium found: install one, or name it in the environment variable CHROMIUM"


def find() -> str | None:
    """Return the path of a Chromium, or None if there is none."""
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    return path if path and shutil.which(path) else None
