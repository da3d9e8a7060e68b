"""Time series: nothing before the test part depends on it, and forecasts are those of statsmodels.

Every test here changes the future and looks at what must not notice.
"""

from __future__ import annotations

import dataclasses

import experiments
import numpy as np
import pandas as pd
import pytest
from scipy import stats

series = experiments.load("series")

SMALL = {
    name: dataclasses.replace(task, units=4, updates=40)
    for name, task in series.TASKS.items()
    if name in ("sunspots", "CO2")
}
SEASON = {"sunspots": 11, "CO2": 12}


def pair(name):
    """Return a task, its series, and the series with another future."""
    task = SMALL[name]
    values = series.load(task.series)
    other = values.copy()
    other[-task.test :] = values.mean() - 3 * values[-task.test :]
    return task, values, other


@pytest.fixture(params=SMALL)
def name(request) -> str:
    """Return each of the two tasks."""
    return request.param


def test_windows_of_the_parts_share_no_value():
    for task in series.TASKS.values():
        time = np.arange(len(series.load(task.series)))
        known = len(time) - task.test
        cut = known - task.valid
        fit = series.windows(task, time, 0, cut)
        held = series.windows(task, time, cut, known)
        both = series.windows(task, time, 0, known)
        seen, asked = series.at_origins(task, time)
        assert len(fit[0]) > 0
        assert len(held[0]) > 18  # enough for an interval of 95 %
        assert fit[1].max() < held[0].min()
        assert held[1].max() < known
        assert both[1].max() == known - 1
        assert asked.min() == known + min(task.ahead) - 1
        assert (asked[:, 0] - seen[:, -1] == min(task.ahead)).all()
        assert asked.max() == len(time) - 1


READS = [("sunspots", "levels"), *(("CO2", transform) for transform in series.TRANSFORMS[:3])]


@pytest.mark.parametrize(("of", "transform"), READS)
def test_a_network_scaling_and_stopping_do_not_see_the_test(of, transform):
    task, values, other = pair(of)
    fits = [
        series.fit_twice(np.random.default_rng(0), each, task, transform, "GRU", 0.01)
        for each in (values, other)
    ]
    (first, second, *told), (again, anew, *told_again) = fits
    assert told == told_again  # how many updates, and the error on the validation part
    seen = series.at_origins(task, values)[0][:1]  # the first origin: all of it lies before
    for mine, theirs in ((first, again), (second, anew)):
        scales = [(net.mean, net.sd, net.center, net.spread) for net in (mine, theirs)]
        assert scales[0] == scales[1]
        for key, array in mine.model.params.items():
            assert (array == theirs.model.params[key]).all()
        assert (mine.forecast(seen) == theirs.forecast(seen)).all()


def test_the_scaling_made_wrong_on_purpose_does_see_the_test():
    task, values, other = pair("CO2")
    how = "levels, scaled on all"
    rngs = [np.random.default_rng(0) for _ in range(2)]
    first = series.fit_twice(rngs[0], values, task, how, "RNN", 0.01)[0]
    again = series.fit_twice(rngs[1], other, task, how, "RNN", 0.01)[0]
    assert first.mean != again.mean


@pytest.mark.parametrize("kind", ["ar", "ets"])
def test_orders_and_forecasts_of_statsmodels_do_not_see_what_comes(name, kind):
    task, values, other = pair(name)
    fit, forecast, setting = {
        "ar": (series.fit_ar, series.ar_forecasts, 40),
        "ets": (series.fit_ets, series.ets_forecasts, SEASON[name]),
    }[kind]
    known, steps = len(values) - task.test, max(task.ahead)
    fitted = fit(values[:known], setting)
    same = fit(other[:known], setting)
    np.testing.assert_array_equal(np.asarray(fitted.params), np.asarray(same.params))
    for origin in (known, known + 20):
        later = values.copy()
        later[origin:] = -1000.0
        at = np.array([origin])
        found = forecast(fitted, values, at, steps)
        np.testing.assert_array_equal(found, forecast(fitted, later, at, steps))


def test_forecasts_from_later_origins_are_those_of_statsmodels(name):
    task, values, _ = pair(name)
    known, steps = len(values) - task.test, max(task.ahead)
    at = np.array([known, known + 25])
    ar, ets = series.fit_ar(values[:known], 40), series.fit_ets(values[:known], SEASON[name])
    mine = series.ar_forecasts(ar, values, at, steps)
    np.testing.assert_allclose(mine[0], ar.forecast(steps), rtol=1e-9)
    np.testing.assert_allclose(mine[1], ar.append(values[known : known + 25]).forecast(steps))
    old = ets.model
    shape = {"trend": old.trend, "damped_trend": old.damped_trend, "seasonal": old.seasonal}
    longer = type(old)(pd.Series(values[: known + 25]), seasonal_periods=SEASON[name], **shape)
    mine = series.ets_forecasts(ets, values, at, steps)
    np.testing.assert_allclose(mine[0], ets.forecast(steps), rtol=1e-9)
    np.testing.assert_allclose(mine[1], longer.smooth(ets.params).forecast(steps), rtol=1e-9)


def test_kernel_regression_does_not_see_what_comes():
    task, values, other = pair("CO2")
    found = series.curved(task, values)[0]  # from the first origin: all that is read lies before
    np.testing.assert_array_equal(found, series.curved(task, other)[0])
    earlier = values.copy()
    earlier[: -task.test] += 3 * np.sin(np.arange(len(values) - task.test))
    assert abs(found - series.curved(task, earlier)[0]).max() > 0.1


def test_of_an_autoregression_the_order_is_found_on_what_it_is_given():
    rng = np.random.default_rng(0)
    values = np.zeros(3000)
    for t in range(2, 3000):
        values[t] = 1.2 * values[t - 1] - 0.6 * values[t - 2] + rng.normal()
    fitted = series.fit_ar(values, 12)
    assert len(fitted.params) >= 3
    np.testing.assert_allclose(fitted.params[1:3], [1.2, -0.6], atol=0.08)


def test_what_a_network_is_told_can_be_undone():
    task, values, _ = pair("CO2")
    seen, asked = series.windows(task, values, 0, 100)
    for transform in series.TRANSFORMS:
        reads, base = series.change(task, transform, seen)
        assert reads.shape == (len(seen), task.reads)
        moved, higher = series.change(task, transform, seen + 7.0)
        if transform in ("last value", "season"):
            np.testing.assert_allclose(moved, reads, atol=1e-9)
            np.testing.assert_allclose(higher, base + 7.0)
    _, ago = series.change(task, "season", seen)
    start = task.reads + task.season
    np.testing.assert_array_equal(ago[0], values[start - 12 : start])
    np.testing.assert_array_equal(asked[0], values[start : start + 12])


def test_a_half_width_holds_the_share_it_promises():
    errors = np.arange(1.0, 100.0)[:, None]  # 99 of them: the 80th of 100 gaps
    assert series.half_width(errors, 0.8) == 80
    assert series.half_width(errors, 0.95) == 95
    assert np.isinf(series.half_width(errors[:18], 0.95))
    assert series.half_width(-errors[:19], 0.95) == 19
    rng = np.random.default_rng(0)
    inside = [
        abs(rng.normal()) <= series.half_width(rng.normal(size=(19, 1)), 0.8) for _ in range(4000)
    ]
    assert 0.78 < np.mean(inside) < 0.82


def test_the_interval_of_an_autoregression_is_the_noise_carried_on(name):
    """It holds from every origin: nothing in it depends on the values before the forecast."""
    task, values, _ = pair(name)
    ar = series.fit_ar(values[: len(values) - task.test], 40)
    weights = np.asarray(ar.params)[1:]
    carried = [1.0]
    for _ in range(10):
        newest = carried[::-1][: len(weights)]
        carried.append(float(np.dot(weights[: len(newest)], newest)))
    wide = stats.norm.ppf(0.9) * np.sqrt(ar.sigma2 * np.cumsum(np.square(carried)))
    np.testing.assert_allclose(series.own_half_width(ar, 11, 0.8), wide, rtol=1e-6)


def test_no_forecast_of_the_page_sees_what_comes(monkeypatch):
    """The first origin of each method, with the test part and with another one."""
    task, values, other = pair("CO2")
    found = []
    for each in (values, other):
        monkeypatch.setattr(series, "load", lambda _, each=each: each)
        series.models.cache_clear()
        rows = dict(series.fitted(task, 12))
        for transform in series.TRANSFORMS[:3]:
            rows[transform] = series.straight(task, transform)
        rows |= {str(lag): series.ar_on_changes(task, lag) for lag in (1, 12)}
        found.append({name: forecast[0] for name, forecast in rows.items()})
    series.models.cache_clear()
    first, again = found
    assert len(first) == 8
    for name, forecast in first.items():
        np.testing.assert_array_equal(forecast, again[name])


def test_intervals_are_as_wide_whatever_comes(name):
    task, values, _ = pair(name)
    late = values.copy()
    late[-5:] += 1000.0  # nothing asked for lies within an interval there
    (own, held), (own_late, held_late) = (
        series.covered(task, each, "ar", [0.8])[0.8] for each in (values, late)
    )
    until = len(own) - 5
    np.testing.assert_array_equal(own[:until, 0], own_late[:until, 0])
    np.testing.assert_array_equal(held[:until, 0], held_late[:until, 0])
    assert not own_late[-1, -5:].any()
    assert not held_late[-1, -5:].any()


def test_a_bracket_holds_the_share_and_is_wider_for_longer_blocks():
    inside = np.repeat([[True], [False], [True], [True]], 50, axis=0)
    short, long = (series.bracket(inside, length) for length in (1, 40))
    assert short[0] < 0.75 < short[1]
    assert long[1] - long[0] > short[1] - short[0]


def test_the_rate_is_chosen_on_the_validation_part():
    table = experiments.stored("series")
    for setting in ({"task": "sunspots", "transform": "levels", "cell": "GRU"},):
        runs = series.chosen(table, **setting)
        assert len(runs) == 5
        held = {
            rate: np.median(table.where(rate=rate, **setting)["validation"])
            for rate in series.RATES
        }
        assert set(runs["rate"]) == {min(held, key=held.get)}
