"""One bar at a time: the outermost loop shows how far it is, and those within it are silent."""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Iterable
from contextvars import ContextVar
from typing import Any

_WITHIN = ContextVar("_WITHIN", default=False)


def bar(items: Iterable[Any], wanted: bool, **options: Any) -> Iterable[Any]:
    """Return `items` behind a bar of tqdm, if one is wanted, tqdm is there and no loop is around.

    Examples
    --------
    >>> with silent():
    ...     list(bar([1, 2], True))
    [1, 2]
    """
    if wanted and not _WITHIN.get():
        with contextlib.suppress(ImportError):
            from tqdm.auto import tqdm

            return tqdm(items, leave=False, **options)
    return items


@contextlib.contextmanager
def silent() -> Generator[None]:
    """Show no bar for what begins within."""
    token = _WITHIN.set(True)
    try:
        yield
    finally:
        _WITHIN.reset(token)
