"""Keep executed notebooks only while what they ran on stays: rnn_core, experiments, packages.

Jupyter Cache keys on the notebook alone, and so would go on showing output of an older rnn_core.
Here each state of the package, the stored experiments and the environment has a cache folder of
its own.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import platform
import shutil
from importlib import metadata
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config

HERE = Path(__file__).resolve().parent
PACKAGE_FILES = {".py", ".js", ".css", ".json", ".safetensors"}
EXPERIMENT_FILES = {".py", ".csv", ".safetensors"}
BOOK_FILES = {".py", ".mjs", ".css", ".json"}
KEPT = 4
# Quiet and repeatable kernels: no progress bars, one thread, no note from the debugger.
KERNEL_ENVIRONMENT = {
    "TQDM_DISABLE": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
}


def hash_files(folder: Path, suffixes: set[str]) -> str:
    """Return a hash of the names and contents of the files below a folder."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.suffix in suffixes and "node_modules" not in name and path.is_file():
            digest.update(f"{name}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()


def package_folder() -> Path:
    """Return the folder of the rnn_core that a notebook would import, without importing it."""
    spec = importlib.util.find_spec("rnn_core")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("rnn_core is not installed; run `make setup`")
    return Path(spec.origin).parent


def execution_key(book: Path) -> str:
    """Return a hash of all that the output of a book's notebooks depends on, beside themselves."""
    installed = {f"{d.name}=={d.version}" for d in metadata.distributions()}
    parts = [platform.python_version(), *sorted(installed)]
    parts.append(hash_files(package_folder(), PACKAGE_FILES))
    parts.append(hash_files(book / "book" / "_experiments", EXPERIMENT_FILES))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def choose_cache(app: Sphinx, config: Config) -> None:
    """Point the build at the cache of this state; keep those of a few recent states."""
    os.environ.update(KERNEL_ENVIRONMENT)
    caches = Path(app.outdir).parent / ".executed"
    current = caches / execution_key(Path(app.srcdir))
    current.mkdir(parents=True, exist_ok=True)
    current.touch()
    by_age = sorted(caches.iterdir(), key=lambda cache: cache.stat().st_mtime, reverse=True)
    for old in by_age[KEPT:]:
        shutil.rmtree(old)
    config.nb_execution_cache_path = str(current)
    # Sphinx reads every page again when this changes, as it does when the cache path changes.
    config.book_extensions_hash = hash_files(HERE, BOOK_FILES)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the choice of cache."""
    app.add_config_value("book_extensions_hash", "", "env")
    app.connect("config-inited", choose_cache)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
