"""What the notes on applications, tools and trends say that no lesson computes."""

from __future__ import annotations

import numpy as np
import pytest

from rnn_core import decoding
from tests.book import lessons

TEXT = lessons.prose("book/teaching/notes_applications")


def says(*claims: str) -> None:
    """Fail when a claim that is tested here has left the notes."""
    for claim in claims:
        assert claim in TEXT, claim


@pytest.mark.parametrize("r", [0.2, 0.5, 0.95])
def test_a_copy_of_the_last_value_has_the_r2_of_the_notes(r):
    says("$2r - 1$", "$2(1-r)$ of the variance")
    rng, x = np.random.default_rng(0), np.zeros(400_000)
    noise = rng.normal(size=len(x)) * np.sqrt(1 - r**2)
    for t in range(1, len(x)):
        x[t] = r * x[t - 1] + noise[t]
    r2 = 1 - ((x[1:] - x[:-1]) ** 2).mean() / x[1:].var()
    assert r2 == pytest.approx(2 * r - 1, abs=0.02)


def test_the_f1_of_saying_it_always():
    says("$2p/(1+p)$")
    true = np.random.default_rng(0).random(1000) < 0.3
    p = true.mean()
    assert 2 * true.sum() / (len(true) + true.sum()) == pytest.approx(2 * p / (1 + p))


def test_errors_are_added_up_before_they_are_divided():
    says("Two of seven.")
    true, read = [[1, 2, 3, 4, 5], [1, 2]], [[1, 2, 3, 4], [1, 3]]
    assert decoding.label_error_rate(read, true) == pytest.approx(2 / 7)


@pytest.mark.parametrize("blocks", [1, 3])
def test_widths_at_equal_parameters_in_the_limit(blocks):
    says(r"$\sqrt{4/m}$")
    H = 10_000
    wide = np.arange(H, 3 * H)
    nearest = wide[abs(blocks * wide * (wide + 2) - 4 * H * (H + 2)).argmin()]
    assert nearest / H == pytest.approx(np.sqrt(4 / blocks), rel=1e-3)


def test_the_gradient_of_a_leaky_cell_in_columns():
    says(r"(1-\lambda)\,\delta^h_t + W_{hh}^\top\bigl(\lambda\,\delta^h_t \odot (1 - n_t^2)\bigr)")
    rng = np.random.default_rng(0)
    W, h, drive, delta = rng.normal(size=(5, 5)), *rng.normal(size=(3, 5))
    leak = 0.3

    def loss(h):
        return delta @ ((1 - leak) * h + leak * np.tanh(W @ h + drive))

    n = np.tanh(W @ h + drive)
    written = (1 - leak) * delta + W.T @ (leak * delta * (1 - n**2))
    steps = 1e-6 * np.eye(5)
    measured = [(loss(h + step) - loss(h - step)) / 2e-6 for step in steps]
    assert written == pytest.approx(measured, abs=1e-8)


def test_the_normaliser_of_the_stabilised_cell_is_never_below_one():
    says(r"$\mathbf{n}'_t$ never below 1")
    rng = np.random.default_rng(0)
    i, f = 20 * rng.normal(size=(2, 2000))
    n, m, least = 0.0, -np.inf, np.inf
    for t in range(len(i)):
        log_f = -np.logaddexp(0, -f[t])
        old, m = m, max(log_f + m, i[t])
        n = np.exp(log_f + old - m) * n + np.exp(i[t] - m)
        least = min(least, n)
    assert least >= 1


def test_how_the_curvature_grows_with_ten_times_the_memory():
    says("A thousand, ten, one, about.", r"\int k^2 e^{-2k/\tau}\,dk")

    def own(a, b):
        return 1 / (1 - a * b)

    def scaled(a, b):
        return np.sqrt((1 - a * a) * (1 - b * b)) / (1 - a * b)

    def bend(shared, slope, mu):
        e = 1e-3 * (1 - mu)
        loss = [shared(a, a) / 2 + shared(mu, mu) / 2 - shared(a, mu) for a in (mu - e, mu + e)]
        return sum(loss) / e**2 * slope(mu) ** 2

    def by_nu(mu):
        return mu * np.log(mu)

    ways = ((own, np.ones_like, 1000), (own, by_nu, 10), (scaled, by_nu, 1))
    for shared, slope, factor in ways:
        grown = bend(shared, slope, 0.99) / bend(shared, slope, 0.9)
        assert grown == pytest.approx(factor, rel=0.06)
    tau = -1 / np.log(0.999)
    k = np.arange(1, 100_000)
    assert (k**2 * 0.999 ** (2 * k)).sum() == pytest.approx(tau**3 / 4, rel=1e-3)
