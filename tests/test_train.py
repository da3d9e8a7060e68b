"""The training loop: it learns, it stops, it says why, and it makes no noise."""

import subprocess
import sys

import numpy as np
import pytest

from rnn_core import GRU, LSTM, RNN, heads
from rnn_core.network import Model
from rnn_core.optim import Adam
from rnn_core.train import train
from tests.cases import same, snapshot


def make_model(kind=LSTM, outputs=2, **options):
    rng = np.random.default_rng(0)
    return Model(kind(1, 8, rng=rng, **options), heads.Readout(8, outputs, rng=rng))


def parity(steps, seed=0):
    """Say at each step whether the bits so far have an odd sum."""
    rng = np.random.default_rng(seed)
    for _ in range(steps):
        bits = rng.integers(2, size=(4, 32))
        yield bits[..., None] - 0.5, bits.cumsum(axis=0) % 2


@pytest.mark.parametrize("kind", [RNN, LSTM, GRU])
def test_the_loss_falls_on_a_small_task(kind):
    model = make_model(kind)
    history = train(model, parity(400), heads.softmax_cross_entropy, Adam(0.02), progress=False)
    assert np.mean(history.losses[:10]) > 0.6
    assert np.mean(history.losses[-10:]) < 0.2
    assert len(history.losses) == len(history.norms) == 400


def test_the_same_seed_gives_the_same_run():
    runs = [make_model(), make_model()]
    for model in runs:
        train(model, parity(5), heads.softmax_cross_entropy, Adam(), progress=False)
    assert same(runs[0].params, runs[1].params)


def spoil(where):
    """Return batches whose third has a NaN in `where`."""
    for number, (xs, labels) in enumerate(parity(5), start=1):
        targets = np.zeros((*labels.shape, 2))
        if number == 3:
            {"xs": xs, "targets": targets}[where][1, 2] = np.nan
        yield xs, targets


@pytest.mark.parametrize("where", ["xs", "targets"])
def test_nan_in_a_batch_stops_with_the_step_and_the_array(where):
    model, kept = make_model(), {}
    with pytest.raises(FloatingPointError, match=rf"step 3: {where} is not finite"):
        train(
            model,
            spoil(where),
            heads.mean_squared_error,
            Adam(),
            callback=lambda number, model, history: kept.update(snapshot(model.params)),
            progress=False,
        )
    assert same(model.params, kept)


@pytest.mark.parametrize(
    ("damage", "named"),
    [
        (lambda model: model.params["W_ix"].fill(np.nan), "W_ix"),
        (lambda model: model.params["W_yh"].fill(1e308), "scores"),
        (lambda model: model.params["W_yh"].fill(1e160), "loss"),
    ],
    ids=["parameter", "scores", "loss"],
)
def test_a_number_that_grows_past_all_bounds_is_named(damage, named):
    model = make_model()
    model.params["b_o"][:] = 9
    model.params["b_g"][:] = 9
    damage(model)
    before = snapshot(model.params)
    batches = ((xs, np.zeros((*labels.shape, 2))) for xs, labels in parity(2))
    with pytest.raises(FloatingPointError, match=rf"step 1: {named} is not finite"):
        train(model, batches, heads.mean_squared_error, Adam(), progress=False)
    assert same(model.params, before)


def test_an_exploding_state_and_an_exploding_gradient_are_named():
    model = make_model(RNN, activation="relu")
    model.params["W_hh"][:] = 1e155
    model.params["b_h"][:] = 1.0
    xs = np.ones((4, 1, 1))
    with pytest.raises(FloatingPointError, match=r"step 1: h is not finite"):
        train(model, [(xs, np.zeros((4, 1)))], heads.softmax_cross_entropy, Adam(), progress=False)

    def steep(scores, targets):
        return 0.0, np.full(scores.shape, 1e308)

    model = make_model()
    with pytest.raises(FloatingPointError, match=r"step 1: gradient of \w+ is not finite"):
        train(model, [(xs, xs)], steep, Adam(), progress=False)


@pytest.mark.parametrize(
    ("options", "from_zeros"),
    [
        ({}, [1, 2, 3, 4, 5]),
        ({"carry_state": True}, [1]),
        ({"carry_state": True, "reset_every": 2}, [1, 3, 5]),
    ],
)
def test_state_is_carried_only_when_asked(options, from_zeros, monkeypatch):
    starts, run = [], LSTM.forward

    def forward(cell, xs, state=None):
        trace = run(cell, xs, state)
        starts.append((trace.start, trace.end))
        return trace

    monkeypatch.setattr(LSTM, "forward", forward)
    model = make_model()
    train(model, parity(5), heads.softmax_cross_entropy, Adam(), progress=False, **options)
    for number, (start, _) in enumerate(starts, start=1):
        want = model.cell.zero_state(32) if number in from_zeros else starts[number - 2][1]
        np.testing.assert_array_equal(start, want)


def test_the_callback_may_stop_the_run():
    seen = []

    def callback(number, model, history):
        seen.append((number, len(history.losses)))
        return number == 3

    options = {"callback": callback, "progress": False}
    history = train(make_model(), parity(9), heads.softmax_cross_entropy, Adam(), **options)
    assert seen == [(1, 1), (2, 2), (3, 3)]
    assert len(history.losses) == 3


def test_a_mask_reaches_the_loss_and_clipping_is_measured_before():
    batches = [(xs, labels, np.eye(4, 32)) for xs, labels in parity(2)]
    history = train(
        make_model(),
        batches,
        heads.softmax_cross_entropy,
        Adam(),
        max_norm=1e-6,
        progress=False,
    )
    assert min(history.norms) > 1e-6


RUN = """
import sys
for name in {hidden!r}:
    sys.modules[name] = None  # as if it were not installed
import numpy as np
from rnn_core import LSTM, heads, optim, train
from rnn_core.network import Model
rng = np.random.default_rng(0)
model = Model(LSTM(1, 2, rng=rng), heads.Readout(2, 1, rng=rng))
batches = [(np.ones((3, 1, 1)), np.ones((3, 1)))] * 4
train.train(model, batches, heads.logistic_cross_entropy, optim.Adam())
"""


@pytest.mark.parametrize("hidden", [[], ["tqdm", "tqdm.auto", "threadpoolctl"]], ids=str)
def test_training_is_silent_in_a_built_page(hidden, monkeypatch):
    monkeypatch.setenv("TQDM_DISABLE", "1")
    command = [sys.executable, "-W", "error", "-c", RUN.format(hidden=hidden)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
