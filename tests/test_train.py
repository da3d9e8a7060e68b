"""The training loop: it learns, it stops, it says why, and it makes no noise."""

import itertools
import subprocess
import sys

import numpy as np
import pytest

from rnn_core import GRU, LSTM, RNN, heads, init, tasks
from rnn_core.ctc import ctc
from rnn_core.network import Bidirectional, Model, Stacked
from rnn_core.optim import SGD, Adam
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
    with pytest.raises(
        FloatingPointError, match=rf"step 3: {where} must be finite; got nan at index \(1, 2"
    ):
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
    with pytest.raises(
        FloatingPointError, match=rf"step 1: {named} must be finite; got .*; the step was not taken"
    ):
        train(model, batches, heads.mean_squared_error, Adam(), progress=False)
    assert same(model.params, before)


def test_an_exploding_state_and_an_exploding_gradient_are_named():
    model = make_model(RNN, activation="relu")
    model.params["W_hh"][:] = 1e155
    model.params["b_h"][:] = 1.0
    xs = np.ones((4, 1, 1))
    with pytest.raises(FloatingPointError, match=r"step 1: h must be finite"):
        train(model, [(xs, np.zeros((4, 1)))], heads.softmax_cross_entropy, Adam(), progress=False)

    def steep(scores, targets):
        return 0.0, np.full(scores.shape, 1e308)

    model = make_model()
    with pytest.raises(FloatingPointError, match=r"step 1: grads\['\w+'\] must be finite"):
        train(model, [(xs, xs)], steep, Adam(), progress=False)


@pytest.mark.parametrize("stop", [False, True])
def test_a_parameter_that_the_last_step_made_infinite_is_named(stop):
    rng, dtype = np.random.default_rng(0), np.float32
    readout = heads.Readout(8, 2, rng=rng, dtype=dtype)
    model = Model(RNN(1, 8, rng=rng, dtype=dtype), readout)
    options = {"max_norm": None, "progress": False, "callback": lambda *_: stop}
    batches, rate = list(parity(2 if stop else 1)), SGD(1e39)
    with pytest.raises(
        FloatingPointError, match=r"step 1: after it, \w+ must be finite; got -?inf"
    ):
        train(model, batches, heads.softmax_cross_entropy, rate, **options)


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

    def forward(cell, xs, state=None, **options):
        trace = run(cell, xs, state, **options)
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


def test_without_a_norm_to_keep_to_the_whole_gradient_is_taken():
    batch = [next(parity(1))]
    starts = make_model().params
    steps = {}
    for max_norm in (None, 1e-3):
        model = make_model()
        options = {"max_norm": max_norm, "progress": False}
        history = train(model, batch, heads.softmax_cross_entropy, SGD(1.0), **options)
        moved = [((model.params[name] - starts[name]) ** 2).sum() for name in starts]
        steps[max_norm] = np.sqrt(sum(moved))
    assert history.norms[0] > 1e-2
    assert steps[None] == pytest.approx(history.norms[0])
    assert steps[1e-3] == pytest.approx(1e-3)


def one_step(model, batch, loss=heads.softmax_cross_entropy, **options):
    """Return the loss and the parameters after one step of SGD."""
    history = train(model, [batch], loss, SGD(0.1), progress=False, **options)
    return history.losses[0], model.params


@pytest.mark.parametrize("mask", [None, "given"])
def test_lengths_train_as_the_short_sequences_alone_would(mask):
    xs, labels = next(parity(1))
    lengths = np.array([2, 4] + [0] * 30)
    mask = mask and (np.arange(4)[:, None] < lengths).astype(float)
    noisy = xs + 100 * (np.arange(4)[:, None, None] >= lengths[:, None])
    value, params = one_step(make_model(), (noisy, labels, mask, lengths))

    loss = 0.0
    for column, steps in ((0, 2), (1, 4)):
        one, _ = one_step(make_model(), (xs[:steps, [column]], labels[:steps, [column]]))
        loss += one * steps / 6  # of the six steps that count
    assert value == pytest.approx(loss)

    shuffled = noisy.copy()
    shuffled[2:, 0] = -7  # padding: whatever it holds, the step is the same
    again, same_params = one_step(make_model(), (shuffled, labels, mask, lengths))
    assert again == value
    assert same(params, same_params)


def test_state_is_carried_from_each_sequences_own_last_step():
    xs, labels = next(parity(1))
    lengths, model = np.full(32, 3), make_model()
    start = []
    batches = [(xs, labels, None, lengths), (xs, labels)]
    train(
        model,
        batches,
        heads.softmax_cross_entropy,
        SGD(1e-9),
        carry_state=True,
        progress=False,
        callback=lambda number, model, history: start.append(history.losses[-1]),
    )
    end = model.cell.forward(xs[:3]).end
    want, _ = heads.softmax_cross_entropy(model.forward(xs, end)[1], labels)
    assert start[1] == pytest.approx(want, rel=1e-6)


def build(kind, rng):
    """Return a model of several cells."""
    if kind == "stacked":
        cell = Stacked([LSTM(1, 6, rng=rng), GRU(6, 8, rng=rng)])
    elif kind == "bidirectional":
        cell = Bidirectional(GRU(1, 8, rng=rng), GRU(1, 8, rng=rng))
    else:
        cell = Stacked([Bidirectional(RNN(1, 4, rng=rng), RNN(1, 4, rng=rng)), RNN(8, 8, rng=rng)])
    return Model(cell, heads.Readout(cell.hidden_size, 2, rng=rng))


@pytest.mark.parametrize("kind", ["stacked", "bidirectional", "both"])
def test_models_of_several_cells_learn(kind):
    model = build(kind, np.random.default_rng(0))
    history = train(model, parity(300), heads.softmax_cross_entropy, Adam(0.02), progress=False)
    assert np.mean(history.losses[-10:]) < 0.4 * np.mean(history.losses[:10])


def test_a_stack_carries_the_state_of_every_layer():
    model, (xs, labels) = build("stacked", np.random.default_rng(0)), next(parity(1))
    halves = [(xs[:2], labels[:2]), (xs[2:], labels[2:])]
    options = {"carry_state": True, "progress": False}
    history = train(model, halves, heads.softmax_cross_entropy, SGD(1e-12), **options)
    whole, _ = heads.softmax_cross_entropy(model.forward(xs)[1], labels)
    assert np.mean(history.losses) == pytest.approx(whole, rel=1e-9)


def test_checkpoints_in_time_change_no_step():
    losses, models = [], [make_model(), make_model()]
    for model, checkpoint in zip(models, (False, 2), strict=True):
        options = {"checkpoint": checkpoint, "progress": False}
        history = train(model, parity(3), heads.softmax_cross_entropy, SGD(0.1), **options)
        losses.append(history.losses)
    np.testing.assert_allclose(losses[0], losses[1], rtol=1e-12)
    for name, value in models[0].params.items():
        np.testing.assert_allclose(value, models[1].params[name], rtol=1e-10, atol=1e-14)


def test_a_gru_learns_to_add_two_numbers_far_apart():
    rng = np.random.default_rng(0)
    model = Model(GRU(2, 16, rng=rng), heads.Readout(16, 1, rng=rng))
    init.forget_bias(model.cell, 1.0)
    batches = (tasks.adding(20, 32, rng=rng) for _ in range(500))
    train(model, batches, heads.mean_squared_error, Adam(0.01), progress=False)
    xs, targets, mask = tasks.adding(20, 500, rng=rng)
    error, _ = heads.mean_squared_error(model.forward(xs)[1], targets, mask)
    assert error < 0.01  # saying 1 always has 1/6


def spelling(steps):
    """Yield inputs in which each symbol lasts two or three steps, and the symbols as targets."""
    rng = np.random.default_rng(0)
    for _ in range(steps):
        words = [rng.integers(1, 3, size=rng.integers(1, 4)).tolist() for _ in range(8)]
        rows = [list(itertools.chain(*([s] * rng.integers(2, 4) + [0] for s in w))) for w in words]
        lengths = np.array([len(row) for row in rows])
        xs = np.zeros((lengths.max(), 8, 3))
        for b, row in enumerate(rows):
            xs[np.arange(len(row)), b, row] = 1
        yield xs, words, None, lengths


def test_labels_without_places_train_by_ctc():
    rng = np.random.default_rng(0)
    model = Model(LSTM(3, 8, rng=rng), heads.Readout(8, 3, rng=rng))
    history = train(model, spelling(200), ctc, Adam(0.02), progress=False)
    assert history.losses[0] > 2
    assert np.mean(history.losses[-10:]) < 0.05


def test_a_number_lost_between_two_layers_is_named_with_its_step():
    rng = np.random.default_rng(0)
    below = RNN(1, 4, rng=rng, activation="relu")
    model = Model(Stacked([below, RNN(4, 4, rng=rng)]), heads.Readout(4, 2, rng=rng))
    below.params["W_hh"][:] = 1e155
    below.params["b_h"][:] = 1.0
    with pytest.raises(FloatingPointError, match=r"step 1: xs must be finite; got inf"):
        train(model, parity(1), heads.softmax_cross_entropy, Adam(), progress=False)


def test_arguments_that_do_not_go_together_are_refused():
    model, batches = make_model(), [next(parity(1))]
    common = (heads.softmax_cross_entropy, Adam())
    calls = {
        "reset_every must be None without carry_state=True; got 8": {"reset_every": 8},
        "carry_state must be of type bool; got 1": {"carry_state": 1},
        "max_norm must be above 0; got 0": {"max_norm": 0},
        "save_every must be at least 1; got 0": {"save_every": 0},
        "save_path must be a str or a Path; got 3": {"save_path": 3},
    }
    for message, options in calls.items():
        with pytest.raises((TypeError, ValueError)) as caught:
            train(model, batches, *common, progress=False, **options)
        assert message in str(caught.value)
    for kind in ("bidirectional", "both"):
        both = build(kind, np.random.default_rng(0))
        with pytest.raises(ValueError, match="carry_state must be False for a model that reads"):
            train(both, batches, *common, progress=False, carry_state=True)


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
