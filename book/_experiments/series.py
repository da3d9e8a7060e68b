"""Forecast three series with recurrent networks, from rolling origins; statsmodels beside them.

`python book/_experiments/series.py` writes `series.csv` (about ten minutes of one core).

A *task* (`TASKS`) is a series and the steps ahead that are asked for. Every series is cut in
three, in the order of time: a fit part, a validation part, and a test part at the end. A window is
`reads` values and the steps behind them. The windows of a part lie in it with all their values, so
no value of a validation window is in a window of the fit part. The test has an origin before each
of its values that has enough values behind it; there a method sees all that lies before.

A run fits a network twice. *First* on the fit part: `updates` updates with 32 windows, Adam at a
rate that rises and falls, gradient clipped to norm 1; every 20 updates it is judged on the
validation part, and the weights that were best there are kept (early stopping). *Then* a new
network on all windows before the test, for as many updates as the best one had had, with the same
schedule. The second is what `mae` judges on the test. The first keeps its validation errors, whose
quantiles make its intervals; `fit_mae`, `cover_80` and `cover_95` judge it.

A network reads numbers with mean 0 and standard deviation 1 on the windows it is trained on, and
says numbers of that kind. What it reads and says is one of `TRANSFORMS`:

- "levels": the values themselves;
- "last value": both relative to the last value read;
- "season": differences from the value a season ago;
- "levels, scaled on all": as levels, with the mean and the deviation of the whole series. This is
  a mistake, made on purpose.

Everything, also both rates, was fixed before the first run of the table. Three runs of another
seed had shown how long a run takes; after them only the windows of the sunspots were changed, which
had held eleven values too many. No network was tuned alone.

Kernel ridge regression (`curved`) came in when a reader of the finished table asked whether the
networks owe their lead on Mackey-Glass to recurrence or to not being linear. Its sixteen settings
were written down before the first was tried; the validation part chooses among them.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.kernel_ridge import KernelRidge
from sklearn.linear_model import LinearRegression
from statsmodels.tsa.ar_model import AutoReg, ar_select_order
from statsmodels.tsa.exponential_smoothing.ets import ETSModel

from rnn_core import GRU, LSTM, RNN, data, heads, optim, schedules, sweep
from rnn_core.network import Model
from rnn_core.train import train

CELLS = {"RNN": RNN, "LSTM": LSTM, "GRU": GRU}
TRANSFORMS = ["levels", "last value", "season", "levels, scaled on all"]
EVERY = 20  # updates between two looks at the validation part


@dataclass(frozen=True)
class Task:
    """A series, its parts, and which steps ahead are asked for."""

    series: str
    ahead: tuple[int, ...]
    test: int  # values of the test part
    valid: int  # values of the validation part
    reads: int  # values that a window gives to the network
    season: int  # further values before these, to take differences from; 0 for none
    units: int
    updates: int


TASKS = {
    "sunspots": Task("sunspots", tuple(range(1, 12)), 80, 60, 24, 0, 16, 400),
    "sunspots, 1": Task("sunspots", (1,), 80, 60, 24, 0, 16, 400),
    "CO2": Task("CO2", tuple(range(1, 13)), 120, 96, 24, 12, 16, 400),
    "glass, 1": Task("glass", (1,), 1000, 400, 40, 0, 24, 1200),
    "glass, 30": Task("glass", (30,), 1000, 400, 40, 0, 24, 1200),
    "noisy glass, 30": Task("noisy glass", (30,), 1000, 400, 40, 0, 24, 1200),
}
RATES = [0.003, 0.01]
KERNELS = [(gamma, alpha) for gamma in (0.001, 0.01, 0.03, 0.1) for alpha in (1e-6, 1e-4, 0.01, 1)]


def _settings() -> Iterator[dict[str, Any]]:
    for task in TASKS:
        for transform in TRANSFORMS if task == "CO2" else TRANSFORMS[:1]:
            for cell in CELLS:
                for rate in RATES:
                    yield {"task": task, "transform": transform, "cell": cell, "rate": rate}


GRID = list(_settings())


@functools.cache
def load(series: str) -> np.ndarray:
    """Return a series as every method sees it: of the sunspots, the square root."""
    if series == "sunspots":
        return np.sqrt(data.sunspots()[1])
    if series == "CO2":
        return data.co2()[1]
    rng = np.random.default_rng(17)
    values = data.mackey_glass(3000, rng=rng)
    return values + rng.normal(0, 0.05, len(values)) if series == "noisy glass" else values


def unit(task: Task, values: np.ndarray) -> np.ndarray:
    """Turn values back into the unit of the series."""
    return np.maximum(values, 0) ** 2 if task.series == "sunspots" else values


def windows(task: Task, values: np.ndarray, start: int, end: int):
    """Return the windows that lie in values[start:end]: what is seen, and what is asked for.

    Shapes (N, reads + season) and (N, steps). Only the first `reads` values of a network's input
    count; the season before them serves to take differences.
    """
    back = task.reads + task.season
    views = np.lib.stride_tricks.sliding_window_view(values[start:end], back + max(task.ahead))
    return views[:, :back], views[:, back - 1 + np.array(task.ahead)]


def at_origins(task: Task, values: np.ndarray):
    """Return the windows of the test: what is seen lies before, what is asked for behind."""
    start = len(values) - task.test
    return windows(task, values, start - task.reads - task.season, len(values))


def change(task: Task, transform: str, seen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return what a network reads, and what must be added to its answers."""
    last = seen[:, task.season :]
    if transform == "last value":
        return last - last[:, -1:], last[:, -1:]
    if transform == "season":
        ago = seen[:, -1 - task.season + np.array(task.ahead)]
        return last - seen[:, : -task.season], ago
    return last, np.zeros((len(last), 1))


class Network:
    """A cell with its scaling, fitted on windows."""

    def __init__(self, task: Task, transform: str, cell: str, rng: np.random.Generator) -> None:
        self.task, self.transform, self.rng = task, transform, rng
        made = {"rng": rng, "dtype": np.float32}
        layer = CELLS[cell](1, task.units, **made)
        self.model = Model(layer, heads.Readout(task.units, len(task.ahead), **made))

    def scale(self, seen: np.ndarray, asked: np.ndarray) -> None:
        """Measure mean and deviation of what is read and of what is asked for."""
        reads, base = change(self.task, self.transform, seen)
        self.mean, self.sd = reads.mean(), reads.std()
        self.center, self.spread = (asked - base).mean(), (asked - base).std()

    def reads(self, seen: np.ndarray) -> np.ndarray:
        """Return the input, shape (T, N, 1)."""
        reads, _ = change(self.task, self.transform, seen)
        return ((reads - self.mean) / self.sd).T[..., None].astype(np.float32)

    def forecast(self, seen: np.ndarray) -> np.ndarray:
        """Return the forecasts, shape (N, steps)."""
        _, base = change(self.task, self.transform, seen)
        trace = self.model.cell.forward(self.reads(seen))
        answers = self.model.readout.forward(trace.h[-1:])[0].astype(float)
        return base + self.center + self.spread * answers

    def fit(self, parts, rate: float, updates: int, *, valid=None, stop: int | None = None):
        """Train on windows. With `valid`, go back to the weights that were best there.

        Returns how many updates these had had, and their mean absolute error on `valid`.
        """
        seen, asked = parts
        xs, base = self.reads(seen), change(self.task, self.transform, seen)[1]
        ys = ((asked - base - self.center) / self.spread).astype(np.float32)
        mask = np.zeros((len(xs), 32))
        mask[-1] = 1
        best = (np.inf, 0, {})

        def batches() -> Iterator[tuple]:
            for _ in range(updates):
                drawn = self.rng.integers(len(ys), size=32)
                yield xs[:, drawn], np.tile(ys[drawn], (len(xs), 1, 1)), mask

        def look(number: int, model: Model, _) -> bool:
            nonlocal best
            if valid and number % EVERY == 0:
                off = abs(self.forecast(valid[0]) - valid[1]).mean()
                if off < best[0]:
                    kept = {name: array.copy() for name, array in model.params.items()}
                    best = (off, number, kept)
            return number == stop

        rule = optim.Adam(schedules.warmup_cosine(rate, updates, warmup=20))
        loss = heads.mean_squared_error
        train(self.model, batches(), loss, rule, callback=look, progress=False)
        for name, array in best[2].items():
            self.model.params[name][...] = array
        return best[1], float(best[0])


def fit_twice(rng, values, task: Task, transform: str, cell: str, rate: float):
    """Return the network of the fit part, that of all before the test, updates and validation."""
    known = len(values) - task.test
    cut = known - task.valid
    parts, valid = windows(task, values, 0, cut), windows(task, values, cut, known)
    everything = windows(task, values, 0, known)
    leak = windows(task, values, 0, len(values)) if transform.endswith("on all") else None
    first = Network(task, transform, cell, rng)
    first.scale(*(leak or parts))
    updates, off = first.fit(parts, rate, task.updates, valid=valid)
    second = Network(task, transform, cell, rng)
    second.scale(*(leak or everything))
    second.fit(everything, rate, task.updates, stop=updates)
    return first, second, updates, off


def fit_ar(values: np.ndarray, longest: int):
    """Fit an autoregression by least squares; the order of least AIC, up to `longest`."""
    order = ar_select_order(values, longest, ic="aic").ar_lags
    return AutoReg(values, order or 0).fit()


def ar_forecasts(fitted, values: np.ndarray, origins: np.ndarray, steps: int) -> np.ndarray:
    """Forecast 1 to `steps` steps from what lies before each origin, shape (N, steps).

    Each forecast is put in the place of the value that is not known yet. Nothing is fitted again.
    """
    constant, *weights = fitted.params
    newest_first = values[origins[:, None] - 1 - np.arange(len(weights))]
    for _ in range(steps):
        after = constant + newest_first[:, : len(weights)] @ np.array(weights)
        newest_first = np.column_stack([after, newest_first])
    return newest_first[:, :steps][:, ::-1]


def fit_ets(values: np.ndarray, season: int):
    """Fit exponential smoothing; of six additive models that of least AIC.

    No trend, a trend or a damped one; a season or none.
    """
    shapes = [(None, False), ("add", False), ("add", True)]
    fits = []
    for trend, damped in shapes:
        for period in (None, season) if season else (None,):
            seasonal = {"seasonal": "add", "seasonal_periods": period} if period else {}
            model = ETSModel(pd.Series(values), trend=trend, damped_trend=damped, **seasonal)
            fits.append(model.fit(disp=False))
    return min(fits, key=lambda fit: fit.aic)


def ets_forecasts(fitted, values: np.ndarray, origins: np.ndarray, steps: int) -> np.ndarray:
    """Forecast 1 to `steps` steps from what lies before each origin, shape (N, steps).

    Level, slope and season are brought up to date with each value; no parameter is fitted again.
    """
    old = fitted.model
    seasonal = {"seasonal": "add", "seasonal_periods": old.seasonal_periods} if old.seasonal else {}
    model = ETSModel(pd.Series(values), trend=old.trend, damped_trend=old.damped_trend, **seasonal)
    run = model.smooth(fitted.params)
    ahead = np.arange(1, steps + 1)
    level, at = np.asarray(run.level), origins - 1
    found = np.tile(level[at, None], steps)
    if old.trend:
        phi = run.damping_trend if old.damped_trend else 1.0
        found += np.asarray(run.slope)[at, None] * (phi**ahead).cumsum()
    if old.seasonal:
        last = (ahead - 1) % old.seasonal_periods - old.seasonal_periods
        found += np.asarray(run.season)[origins[:, None] + last]
    return found


def own_half_width(fitted, steps: int, level: float) -> np.ndarray:
    """Return how wide the interval of statsmodels is to each side, at each step: shape (steps,).

    For these linear models it is the same from every origin, as long as nothing is fitted again.
    """
    end = fitted.model.endog.shape[0]
    found = fitted.get_prediction(end, end + steps - 1)
    ask = found.pred_int if hasattr(found, "pred_int") else found.conf_int
    low, high = np.asarray(ask(alpha=1 - level)).T
    return (high - low) / 2


def half_width(errors: np.ndarray, level: float) -> np.ndarray:
    """Return how wide an interval is to each side, for each step: shape (N, steps) to (steps,).

    The smallest error such that a share `level` of N + 1 are no larger (split conformal); infinite,
    if there are too few errors to say.
    """
    rank = int(np.ceil(level * (len(errors) + 1)))
    if rank > len(errors):
        return np.full(errors.shape[1], np.inf)
    return np.sort(abs(errors), axis=0)[rank - 1]


def origins(task: Task) -> tuple[np.ndarray, np.ndarray]:
    """Return the series of a task, and the place of the first value asked for at each origin."""
    values = load(task.series)
    return values, np.arange(len(values) - task.test, len(values) - max(task.ahead) + 1)


def straight(task: Task, transform: str = "levels") -> np.ndarray:
    """Forecast the test by linear regression on the windows that a network reads."""
    values, at = origins(task)
    seen, asked = windows(task, values, 0, at[0])
    reads, base = change(task, transform, seen)
    line = LinearRegression().fit(reads, asked - base)
    reads, base = change(task, transform, at_origins(task, values)[0])
    return base + line.predict(reads)


def fit_kernel(parts: tuple, valid: tuple, everything: tuple) -> Callable[[np.ndarray], np.ndarray]:
    """Fit kernel ridge regression on windows; return what forecasts from windows.

    A smooth function of the whole window, and nothing recurrent. Of the settings in `KERNELS`, that
    which is best on `valid` when fitted on `parts` is fitted anew on `everything`.
    """

    def made(on: tuple, gamma: float, alpha: float) -> Callable[[np.ndarray], np.ndarray]:
        seen, asked = (np.asarray(each, dtype=float) for each in on)
        mean, sd, center = seen.mean(), seen.std(), asked.mean()
        curve = KernelRidge(kernel="rbf", gamma=gamma, alpha=alpha)
        curve.fit((seen - mean) / sd, asked - center)
        return lambda new: center + curve.predict((new - mean) / sd)

    best = min(KERNELS, key=lambda how: abs(made(parts, *how)(valid[0]) - valid[1]).mean())
    return made(everything, *best)


def curved(task: Task, values: np.ndarray | None = None) -> np.ndarray:
    """Forecast the test by kernel ridge regression on the windows that a network reads."""
    values = load(task.series) if values is None else values
    known = len(values) - task.test
    cut = known - task.valid
    borders = ((0, cut), (cut, known), (0, known))
    parts = (windows(task, values, start, end) for start, end in borders)
    return fit_kernel(*parts)(at_origins(task, values)[0])


@functools.cache
def models(series: str, known: int, period: int) -> tuple[Any, Any]:
    """Return AR and ETS, fitted to the first `known` values of a series."""
    values = load(series)[:known]
    return fit_ar(values, 40), fit_ets(values, period)


def fitted(task: Task, period: int) -> dict[str, np.ndarray]:
    """Forecast the test by AR, ETS and linear regression, all fitted before it."""
    values, at = origins(task)
    steps, asked = max(task.ahead), np.array(task.ahead) - 1
    ar, ets = models(task.series, at[0], period)
    return {
        "AR": ar_forecasts(ar, values, at, steps)[:, asked],
        "ETS": ets_forecasts(ets, values, at, steps)[:, asked],
        "linear": straight(task),
    }


def ar_on_changes(task: Task, lag: int) -> np.ndarray:
    """Forecast the test by an AR fitted to the differences over `lag` steps: 1, or a season."""
    values, at = origins(task)
    steps = max(task.ahead)
    changes = values[lag:] - values[:-lag]
    ar = fit_ar(changes[: at[0] - lag], 36)
    new = ar_forecasts(ar, changes, at - lag, steps)
    if lag == 1:
        return values[at - 1, None] + new.cumsum(axis=1)
    return values[at[:, None] + np.arange(steps) - lag] + new


def chosen(table: sweep.Table, task: str, transform: str, cell: str) -> sweep.Table:
    """Return the runs at that rate whose median is better on the validation part."""
    runs = table.where(task=task, transform=transform, cell=cell)
    return runs.where(rate=min(RATES, key=lambda r: np.median(runs.where(rate=r)["validation"])))


def covered(task: Task, values: np.ndarray, kind: str, levels: Iterable[float] = (0.8, 0.95)):
    """Say of each forecast of the test whether the value lay within its interval, for each level.

    Twice, each of shape (N, steps): by the model, fitted on all before the test, whose interval is
    that of statsmodels; and from the errors on the validation part of a model fitted before it.
    """
    fit, forecast = {"ar": (fit_ar, ar_forecasts), "ets": (fit_ets, ets_forecasts)}[kind]
    setting = {"ar": 40, "ets": task.season}[kind]
    known, steps = len(values) - task.test, max(task.ahead)
    cut, asked = known - task.valid, np.array(task.ahead) - 1

    def off(fitted: Any, start: int, end: int) -> np.ndarray:
        at = np.arange(start, end - steps + 1)
        true = values[at[:, None] + np.arange(steps)]
        return abs(forecast(fitted, values, at, steps) - true)

    first, second = fit(values[:cut], setting), fit(values[:known], setting)
    held, early = off(first, cut, known), off(first, known, len(values))
    late = off(second, known, len(values))
    found = {}
    for level in levels:
        own = late <= own_half_width(second, steps, level)
        found[level] = own[:, asked], (early <= half_width(held, level))[:, asked]
    return found


def bracket(inside: np.ndarray, length: int, draws: int = 2000) -> np.ndarray:
    """Return the 2.5 and 97.5 % quantiles of the share covered, by a bootstrap of blocks.

    Blocks are `length` origins in a row, since neighbours share most of what they are asked.
    """
    share, rng = inside.mean(axis=1), np.random.default_rng(0)
    starts = rng.integers(len(share) - length + 1, size=(draws, -(-len(share) // length)))
    drawn = (starts[..., None] + np.arange(length)).reshape(draws, -1)[:, : len(share)]
    return np.quantile(share[drawn].mean(axis=1), [0.025, 0.975])


def run(rng, task: str, transform: str, cell: str, rate: float) -> dict[str, float]:
    """Fit one network twice; return its errors in the unit of the series."""
    of = TASKS[task]
    values = load(of.series)
    known = len(values) - of.test
    first, second, updates, valid = fit_twice(rng, values, of, transform, cell, rate)
    held, true = windows(of, values, known - of.valid, known)
    kept = first.forecast(held) - true
    seen, asked = at_origins(of, values)
    off = abs(unit(of, second.forecast(seen)) - unit(of, asked))
    early = first.forecast(seen)
    inside = {level: abs(early - asked) <= half_width(kept, level) for level in (0.8, 0.95)}
    scores = {
        "updates": updates,
        "validation": valid,
        "mae": off.mean(),
        "mae_first": off[:, 0].mean(),
        "mae_last": off[:, -1].mean(),
        "fit_mae": abs(unit(of, early) - unit(of, asked)).mean(),
        "cover_80": inside[0.8].mean(),
        "cover_95": inside[0.95].mean(),
        "half_80": half_width(kept, 0.8).mean(),
        "half_95": half_width(kept, 0.95).mean(),
    }
    return {name: round(float(value), 5) for name, value in scores.items()}


def table(seeds: Iterable[int] = range(5), **settings: Any) -> sweep.Table:
    """Run the grid with these seeds."""
    return sweep.sweep(run, GRID, seeds=seeds, **settings)


if __name__ == "__main__":
    table().write_csv(Path(__file__).with_suffix(".csv"))
