"""How weights start.

Each function draws one matrix from `rng`. Sizes come first, as in `W` of shape (rows, columns).
"""

from __future__ import annotations

import numpy as np

from . import checks


def glorot_uniform(rows: int, columns: int, *, rng: np.random.Generator) -> np.ndarray:
    """Draw a (rows, columns) matrix uniformly from ±√(6 / (rows + columns)).

    Source: Glorot and Bengio (2010), equation 16.
    """
    rows, columns = checks.size("rows", rows), checks.size("columns", columns)
    limit = np.sqrt(6.0 / (rows + columns))
    return checks.generator("rng", rng).uniform(-limit, limit, (rows, columns))


def orthogonal(rows: int, columns: int, *, rng: np.random.Generator) -> np.ndarray:
    """Draw a (rows, columns) matrix with orthonormal rows or columns, whichever are fewer.

    The signs are fixed by the diagonal of R, which makes the draw uniform over all such
    matrices. Source: Saxe, McClelland and Ganguli (2014).
    """
    rows, columns = checks.size("rows", rows), checks.size("columns", columns)
    tall = checks.generator("rng", rng).standard_normal((max(rows, columns), min(rows, columns)))
    q, r = np.linalg.qr(tall)
    q *= np.where(np.diag(r) < 0, -1.0, 1.0)
    return q if rows >= columns else q.T
