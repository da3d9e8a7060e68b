"""Series and speech: what the files hold, as their own libraries read it, and without a network."""

import socket
import sys

import numpy as np
import pytest

from rnn_core import data
from rnn_core.data.bundled import bundled


@pytest.fixture(autouse=True)
def _no_network(monkeypatch):
    """Fail whoever opens a socket or asks for an address."""

    def refuse(*_, **__):
        raise AssertionError("a data function asked for the network")

    for name in ("socket", "create_connection", "getaddrinfo"):
        monkeypatch.setattr(socket, name, refuse)


def test_sunspots_are_what_statsmodels_reads():
    from statsmodels.datasets import sunspots

    years, values = data.sunspots()
    frame = sunspots.load_pandas().data
    np.testing.assert_array_equal(years, frame["YEAR"])
    np.testing.assert_array_equal(values, frame["SUNACTIVITY"])
    assert years.dtype == np.int64
    np.testing.assert_array_equal(years, np.arange(1700, 2009))
    np.testing.assert_array_equal(values[:5], [5, 11, 16, 23, 36])
    assert (values.min(), values.max(), years[values.argmax()]) == (0, 190.2, 1957)


def test_co2_is_the_monthly_mean_of_what_statsmodels_reads():
    from statsmodels.datasets import co2

    months, values = data.co2()
    monthly = co2.load_pandas().data["co2"].resample("MS").mean()
    np.testing.assert_array_equal(months, monthly.index.to_numpy().astype("datetime64[M]"))
    np.testing.assert_allclose(values, monthly.interpolate(), rtol=1e-14)
    missing = ["1958-06", "1958-10", "1964-02", "1964-03", "1964-04"]
    assert months[monthly.isna().to_numpy()].astype(str).tolist() == missing
    assert (len(months), str(months[0]), str(months[-1])) == (526, "1958-03", "2001-12")
    np.testing.assert_allclose(values[[0, 1, 2, -1]], [316.1, 317.2, 317 + 1.3 / 3, 371.02])
    assert (values.min(), values.max()) == (313.4, pytest.approx(373.8))


def test_an_interpolated_month_lies_between_its_neighbours():
    months, values = data.co2()
    gap = np.flatnonzero(months == np.datetime64("1964-01"))[0] + np.arange(5)
    np.testing.assert_allclose(np.diff(values[gap], n=2), 0, atol=1e-9)


@pytest.mark.parametrize("split", ["train", "test"])
def test_japanese_vowels_are_what_aeon_reads(split):
    from aeon.datasets import load_japanese_vowels

    utterances, speakers = load_japanese_vowels(split=split)
    xs, labels, lengths = data.japanese_vowels(split)
    np.testing.assert_array_equal(labels, speakers.astype(int) - 1)
    np.testing.assert_array_equal(lengths, [u.shape[1] for u in utterances])
    for column, utterance in enumerate(utterances):
        np.testing.assert_array_equal(xs[: lengths[column], column], utterance.T)
        assert not xs[lengths[column] :, column].any()


def test_japanese_vowels_have_the_shapes_and_counts_that_are_said():
    xs, labels, lengths = data.japanese_vowels("train")
    assert xs.shape == (26, 270, 12)
    assert (lengths.min(), lengths.max()) == (7, 26)
    assert np.bincount(labels).tolist() == [30] * 9
    np.testing.assert_array_equal(xs[0, 0, :2], [1.860936, -0.207383])
    xs, labels, lengths = data.japanese_vowels("test", dtype=np.float32)
    assert xs.shape == (29, 370, 12)
    assert (lengths.min(), lengths.max()) == (7, 29)
    # the counts that come with the data in the UCI repository
    assert np.bincount(labels).tolist() == [31, 35, 88, 44, 29, 24, 40, 50, 29]
    assert xs.dtype == np.float32
    assert labels.dtype == lengths.dtype == np.int64
    assert np.abs(xs).max() < 3


READERS = {
    "sunspots": ("statsmodels", data.sunspots),
    "co2": ("statsmodels", data.co2),
    "japanese_vowels": ("aeon", lambda: data.japanese_vowels("train")),
}


@pytest.mark.parametrize("name", READERS)
def test_a_missing_library_is_named_with_the_extra_that_brings_it(name, monkeypatch):
    package, read = READERS[name]
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(ImportError) as caught:
        read()
    expected = f"rnn_core.data.{name} needs {package}: pip install 'rnn-core[data]'"
    assert str(caught.value) == expected


def test_a_missing_file_is_named():
    with pytest.raises(FileNotFoundError, match=r"x needs no/such.csv, which the installed numpy"):
        bundled("x", "numpy", "no", "such.csv")


def test_mackey_glass_follows_the_exact_solution():
    times = np.arange(35)
    series = data.mackey_glass(35, rng=np.random.default_rng(5), washout=0)
    past = series[0]
    assert past == np.random.default_rng(5).uniform(0.5, 1.5)

    def gain(x):
        return 0.2 * x / (1 + x**10)

    def first(t):  # up to t = 17 the delayed value is constant, so ẋ = gain − 0.1 x is solved
        return 10 * gain(past) + (past - 10 * gain(past)) * np.exp(-0.1 * t)

    np.testing.assert_allclose(series[:18], first(times[:18]), rtol=1e-9)
    # Then x(t) = e^(−.1 (t − 17)) x(17) + ∫ e^(−.1 (t − s)) gain(x(s − 17)) ds from 17 to t.
    for t in times[18:]:
        s, width = np.linspace(17, t, 4001, retstep=True)
        inside = np.exp(-0.1 * (t - s)) * gain(first(s - 17))
        integral = width * (inside[1:] + inside[:-1]).sum() / 2
        exact = np.exp(-0.1 * (t - 17)) * first(17) + integral
        assert series[t] == pytest.approx(exact, rel=1e-4)


def test_mackey_glass_swings_forever_with_a_delay_of_17_and_settles_with_a_short_one():
    series = data.mackey_glass(2000, rng=np.random.default_rng(0))
    assert series.shape == (2000,)
    assert 0.2 < series.min() < 0.6
    assert 1.2 < series.max() < 1.4
    power = np.abs(np.fft.rfft(series - series.mean())) ** 2
    assert 45 < 2000 / power.argmax() < 55
    settled = data.mackey_glass(20, rng=np.random.default_rng(0), delay=1)
    np.testing.assert_allclose(settled, 1, rtol=1e-9)  # 0.2 x / (1 + x¹⁰) = 0.1 x at x = 1


def test_washout_drops_the_beginning():
    whole = data.mackey_glass(60, rng=np.random.default_rng(3), washout=0)
    rest = data.mackey_glass(20, rng=np.random.default_rng(3), washout=40)
    np.testing.assert_array_equal(rest, whole[40:])


RNG = np.random.default_rng(0)
CALLS = {
    "split must be one of 'train', 'test'; got 'dev'": lambda: data.japanese_vowels("dev"),
    "dtype must be float64 or float32; got int64": lambda: data.japanese_vowels("test", dtype=int),
    "steps must be at least 1; got 0": lambda: data.mackey_glass(0, rng=RNG),
    "delay must be a whole number; got 1.5": lambda: data.mackey_glass(5, rng=RNG, delay=1.5),
    "washout must be at least 0; got -1": lambda: data.mackey_glass(5, rng=RNG, washout=-1),
    "washout must be a whole number; got False": lambda: data.mackey_glass(
        5, rng=RNG, washout=False
    ),
    "rng must be a numpy.random.Generator; got 0": lambda: data.mackey_glass(5, rng=0),
    "source must be a str; got None": lambda: data.token_labels(None),
    "source must hold at least one character; got": lambda: data.token_labels(""),
}


@pytest.mark.parametrize(("message", "call"), CALLS.items(), ids=CALLS)
def test_a_wrong_call_is_refused_by_name(message, call):
    with pytest.raises((ValueError, TypeError)) as caught:
        call()
    assert message in str(caught.value)
