"""How far a matrix, or a long product of Jacobians, can stretch or shrink a vector.

The eigenvalues say what many powers of a matrix do in the end, the singular values what one use
of it can do at most and at least.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import checks


def singular_values(matrices: Any) -> np.ndarray:
    """Return the singular values of each matrix, the largest first.

    The largest is how far the matrix can stretch a vector, the smallest how far it can shrink
    one.

    Parameters
    ----------
    matrices : array, shape (..., S, S)

    Returns
    -------
    ndarray, shape (..., S)

    Raises
    ------
    TypeError, ValueError
        If `matrices` is not numeric, finite and square.

    Examples
    --------
    >>> singular_values([[0, 3], [2, 0]])
    array([3., 2.])
    """
    return np.linalg.svd(_square("matrices", matrices), compute_uv=False)


def eigenvalues(matrices: Any) -> np.ndarray:
    """Return the eigenvalues of each matrix as complex numbers, the largest modulus first.

    Parameters
    ----------
    matrices : array, shape (..., S, S)

    Returns
    -------
    complex ndarray, shape (..., S)

    Raises
    ------
    TypeError, ValueError
        If `matrices` is not numeric, finite and square.

    Examples
    --------
    >>> np.round(eigenvalues([[2, 0], [0, -3]]), 6)
    array([-3.+0.j,  2.+0.j])
    """
    given = _square("matrices", matrices)
    found = np.linalg.eigvals(given).astype(np.result_type(given, np.complex64))
    return np.take_along_axis(found, np.argsort(-np.abs(found), axis=-1, kind="stable"), axis=-1)


def spectral_radius(matrices: Any) -> np.ndarray:
    """Return the largest modulus of an eigenvalue of each matrix.

    Below 1 the powers of the matrix die out in the end, above 1 they grow; on the way they may
    do either, as the singular values tell.

    Parameters
    ----------
    matrices : array, shape (..., S, S)

    Returns
    -------
    ndarray, shape (...)

    Raises
    ------
    TypeError, ValueError
        If `matrices` is not numeric, finite and square.

    Examples
    --------
    >>> float(spectral_radius([[0, 100], [0, 0]]))
    0.0
    """
    return np.abs(eigenvalues(matrices)[..., 0])


def lyapunov_exponents(steps: Any) -> np.ndarray:
    """Return the mean logarithm by which a product of Jacobians stretches, in each direction.

    A frame of orthonormal vectors is sent through one Jacobian after the other and made
    orthonormal again by QR; the diagonal of R is the stretch, whose logarithms are averaged.
    Nothing underflows, however many the steps. For long products they tend to the logarithms of
    the product's singular values, divided by T; their sum is ``log |det| / T`` at any T.

    Parameters
    ----------
    steps : array, shape (T, ..., S, S)
        The Jacobian of each step, as `jacobians` returns them.

    Returns
    -------
    ndarray, shape (..., S)
        Natural logarithms for each step, the largest first; −∞ where a direction is lost.
        Divide by log 10 for decades.

    Raises
    ------
    TypeError, ValueError
        If `steps` is not numeric, finite and of shape (T, ..., S, S).

    Notes
    -----
    Source: Vogt, Puelma Touzel, Shlizerman and Lajoie (2022), after Benettin, Galgani,
    Giorgilli and Strelcyn (1980).

    Examples
    --------
    >>> halve_and_double = np.tile(np.diag([0.5, 2.0]), (2000, 1, 1))
    >>> np.round(lyapunov_exponents(halve_and_double) / np.log(2), 6)
    array([ 1., -1.])
    """
    given = _square("steps", steps)
    if given.ndim < 3:  # one matrix, without a first axis of steps
        raise ValueError(f"steps must have shape (T, ..., S, S); got {given.shape}")
    frame = np.broadcast_to(np.eye(given.shape[-1], dtype=given.dtype), given.shape[1:])
    total = np.zeros(given.shape[1:-1], given.dtype)
    for step in given:
        frame, stretch = np.linalg.qr(step @ frame)
        with np.errstate(divide="ignore"):
            total += np.log(np.abs(np.diagonal(stretch, axis1=-2, axis2=-1)))
    return -np.sort(-total / len(given), axis=-1)


def _square(name: str, value: object) -> np.ndarray:
    """Return `value` as a stack of finite square matrices."""
    given = checks.numeric(name, value)
    if given.ndim < 2 or given.shape[-1] != given.shape[-2] or not given.size:
        raise ValueError(f"{name} must have shape (..., S, S); got {given.shape}")
    checks.finite(name, given)
    return given if given.dtype.kind == "f" else given.astype(np.float64)
