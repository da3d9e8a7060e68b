"""Execute the notebooks that the cache does not hold, on all cores, before the pages are read.

MyST-NB then finds them in the cache. A notebook that raises is left out: MyST-NB runs it again
and says where it failed, which fails the build.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn, JupyterCacheAbstract
from jupyter_cache.executors.utils import ExecutionResult, single_nb_execution
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from traitlets.config import Config

# Without this each kernel warns that what it says to this process could be overheard.
KERNEL = Config({"KernelManager": {"transport_encryption": "auto"}})


def waiting(
    env: BuildEnvironment, pages: list[str], cache: JupyterCacheAbstract
) -> Iterator[tuple[Path, nbformat.NotebookNode]]:
    """Yield the notebooks among these pages whose output is not in the cache."""
    for page in pages:
        path = Path(env.doc2path(page))
        if path.suffix != ".ipynb":
            continue
        notebook = nbformat.read(path, as_version=4)
        if "execution_mode" in notebook.metadata.get("mystnb", {}):
            continue
        try:
            cache.match_cache_notebook(notebook)
        except KeyError:
            yield path, notebook


def execute(
    path: Path, notebook: nbformat.NotebookNode, timeout: int
) -> tuple[Path, ExecutionResult]:
    """Run a notebook in its own folder with a kernel of its own."""
    folder = str(path.parent)
    return path, single_nb_execution(notebook, folder, timeout, allow_errors=False, config=KERNEL)


def run(app: Sphinx, env: BuildEnvironment, pages: list[str]) -> None:
    """Fill the cache for the pages that are about to be read."""
    if app.config.nb_execution_mode != "cache":
        return
    cache = get_cache(env.mystnb_config.execution_cache_path)
    jobs = list(waiting(env, pages, cache))
    if not jobs:
        return
    start = time.monotonic()
    print(f"book: executing {len(jobs)} notebook(s)", flush=True)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        runs = [pool.submit(execute, *job, app.config.nb_execution_timeout) for job in jobs]
        for path, result in (run.result() for run in runs):
            if result.err is None:
                data = {"execution_seconds": result.time}
                bundle = CacheBundleIn(result.nb, str(path), data=data)
                cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)
    print(f"book: executed in {time.monotonic() - start:.0f} s", flush=True)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the execution."""
    app.connect("env-before-read-docs", run)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
