"""Time series to forecast: two that were measured and one that a formula makes."""

from __future__ import annotations

import math

import numpy as np

from .. import checks
from .bundled import bundled


def sunspots() -> tuple[np.ndarray, np.ndarray]:
    """Read the yearly sunspot number, 1700 to 2008.

    Returns
    -------
    years : ndarray of int, shape (309,)
    values : ndarray, shape (309,)
        Sunspot number (no unit), from 0 to 190.2, with a cycle of about 11 years.

    Raises
    ------
    ImportError
        If statsmodels is not installed.
    FileNotFoundError
        If this version of statsmodels comes without the data.

    Notes
    -----
    Source: National Geophysical Data Center, in `statsmodels.datasets.sunspots`. Licence, as
    statsmodels states it: public domain.

    Examples
    --------
    >>> years, values = sunspots()
    >>> years[[0, -1]], values[[0, -1]]
    (array([1700, 2008]), array([5. , 2.9]))
    """
    parts = ("datasets", "sunspots", "sunspots.csv")
    path = bundled("rnn_core.data.sunspots", "statsmodels", *parts)
    years, values = np.loadtxt(path, delimiter=",", skiprows=1, unpack=True)
    return years.astype(np.int64), values


def co2() -> tuple[np.ndarray, np.ndarray]:
    """Read the monthly CO₂ in the air over Mauna Loa, March 1958 to December 2001.

    The file holds weeks. A month is the mean of its weeks; five months have no measurement (June
    and October 1958, February to April 1964) and lie on the straight line between their neighbours.

    Returns
    -------
    months : ndarray of datetime64[M], shape (526,)
    values : ndarray, shape (526,)
        Parts per million by volume, from 313.4 to 373.8, rising, with a cycle of a year.

    Raises
    ------
    ImportError
        If statsmodels is not installed.
    FileNotFoundError
        If this version of statsmodels comes without the data.

    Notes
    -----
    Source: Keeling and Whorf (2004), Carbon Dioxide Information Analysis Center, in
    `statsmodels.datasets.co2`. Licence, as statsmodels states it: public domain.

    Examples
    --------
    >>> months, values = co2()
    >>> months[:2].astype(str).tolist(), values[:2]
    (['1958-03', '1958-04'], array([316.1, 317.2]))
    """
    path = bundled("rnn_core.data.co2", "statsmodels", "datasets", "co2", "co2.csv")
    days, weekly = np.genfromtxt(path, delimiter=",", skip_header=1, unpack=True)
    number = (days // 10000 * 12 + days // 100 % 100 - 1).astype(int)  # months since year 0
    number, weekly = number[~np.isnan(weekly)], weekly[~np.isnan(weekly)]
    place = number - number[0]
    weeks = np.bincount(place)
    measured = np.flatnonzero(weeks)
    means = np.bincount(place, weekly)[measured] / weeks[measured]
    months = np.datetime64("0000-01", "M") + number[0] + np.arange(len(weeks))
    return months, np.interp(np.arange(len(weeks)), measured, means)


def mackey_glass(
    steps: int, *, rng: np.random.Generator, delay: int = 17, washout: int = 500
) -> np.ndarray:
    r"""Make a Mackey-Glass series: a delay equation whose solution is chaotic for a delay of 17.

    .. math:: \dot x(t) = \frac{0.2\, x(t-\tau)}{1 + x(t-\tau)^{10}} - 0.1\, x(t)

    Parameters
    ----------
    steps : int
        How many values to return, one time unit apart.
    rng : numpy.random.Generator
        Draws the constant past, uniform from 0.5 to 1.5.
    delay : int
        τ, in time units.
    washout : int
        How many values to drop first, so that the past is forgotten; 0 keeps them all.

    Returns
    -------
    ndarray, shape (steps,)
        No unit.

    Raises
    ------
    TypeError, ValueError
        If an argument is not what is described above.

    Notes
    -----
    Over a tenth of a time unit the first term is taken as the mean of its two ends, for which the
    equation is solved exactly: values are right to about 1e-4 over two delays, and no method is
    right for long, because the series is chaotic. Source: Mackey and Glass (1977), "Oscillation
    and chaos in physiological control systems", Science 197, 287-289. Made here, so no licence
    applies.

    Examples
    --------
    >>> series = mackey_glass(1000, rng=np.random.default_rng(0))
    >>> series.shape, bool(0.2 < series.min() < series.max() < 1.5)
    ((1000,), True)
    """
    steps, delay = checks.size("steps", steps), checks.size("delay", delay)
    washout = checks.at_least("washout", washout, 0)
    past = float(checks.generator("rng", rng).uniform(0.5, 1.5))
    xs = [past] * (10 * delay + 1)  # from t = −τ to 0
    gains = [_gain(past)] * (10 * delay + 1)
    decay = math.exp(-0.01)
    for at in range(10 * (washout + steps - 1)):
        xs.append(decay * xs[-1] + (1 - decay) * 5 * (gains[at] + gains[at + 1]))
        gains.append(_gain(xs[-1]))
    return np.array(xs[10 * (delay + washout) :: 10])


def _gain(delayed: float) -> float:
    return 0.2 * delayed / (1 + delayed**10)
