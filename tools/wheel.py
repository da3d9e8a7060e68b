"""Build the wheel of rnn_core: `python tools/wheel.py DIR` writes it into a folder.

The same files give the same bytes.
"""

from __future__ import annotations

import sys
from pathlib import Path

from hatchling.builders.wheel import WheelBuilder

ROOT = Path(__file__).resolve().parent.parent


def build(folder: Path) -> Path:
    """Write the wheel into a folder; return its path."""
    (made,) = WheelBuilder(str(ROOT)).build(directory=str(folder), versions=["standard"])
    return Path(made)


def main() -> None:
    """Read the command line and build."""
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    print(build(Path(sys.argv[1])))


if __name__ == "__main__":
    main()
