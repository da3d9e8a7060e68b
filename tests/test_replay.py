"""A recording keeps what the model is, and leaves its training as it is."""

import numpy as np
import pytest

from rnn_core import GRU, LSTM, RNN, heads, optim, replay, tasks
from rnn_core.network import Model, Stacked
from rnn_core.train import train

T, AT, EXAMPLE = 12, (0, 3, 5), 2
CELLS = {"RNN": RNN, "GRU": GRU, "LSTM": LSTM}
STATE = {"RNN": "h", "GRU": "h", "LSTM": "tanh_c"}


def new(kind, seed=0):
    rng = np.random.default_rng(seed)
    return Model(CELLS[kind](8, 6, rng=rng), heads.Readout(6, 4, rng=rng))


def draws(seed, count):
    rng = np.random.default_rng(seed)
    return [tasks.temporal_order(T, 8, rng=rng) for _ in range(count)]


HELD_OUT = draws(9, 1)[0]
TWIN = HELD_OUT[0][:, EXAMPLE].copy()
TWIN[1, 4:6] = TWIN[1, 5:3:-1]


def recorded(kind="LSTM", **changes):
    options = {"held_out": HELD_OUT, "at": AT, "example": EXAMPLE, "twin": TWIN, "units": 3}
    return replay.record(new(kind), draws(1, 6), optim.Adam(0.02), **(options | changes))


def after(kind, steps):
    """Return the model after so many steps of plain training."""
    model = new(kind)
    train(
        model,
        draws(1, steps),
        heads.softmax_cross_entropy,
        optim.Adam(0.02),
        progress=False,
    )
    return model


@pytest.mark.parametrize("kind", CELLS)
def test_what_is_kept_is_what_plain_training_reaches(kind):
    recording = recorded(kind)
    assert recording.steps.tolist() == list(AT)
    xs, targets, _ = HELD_OUT
    for at, steps in enumerate(AT):
        model = after(kind, steps)
        trace, scores = model.forward(xs)
        chances = heads.softmax(scores)[-1]
        of_truth = chances[np.arange(8), targets[-1]]
        assert recording.loss[at] == pytest.approx(-np.log(of_truth).mean())
        assert recording.accuracy[at] == np.mean(chances.argmax(-1) == targets[-1])
        assert recording.sure[at] == pytest.approx(of_truth[EXAMPLE])
        for letter, values in recording.states.items():
            np.testing.assert_allclose(
                values[at], trace[letter][:, EXAMPLE, recording.units], atol=1e-12
            )


def test_norms_are_the_mean_logarithms_of_finite_differences():
    model, eps = after("RNN", 3), 1e-6
    xs, targets, mask = HELD_OUT
    trace, _ = model.forward(xs)

    def loss_from(t, h):
        """Return the loss when the state after step t is h."""
        rest = model.cell.forward(xs[t + 1 :], type(trace.start)(h))
        scores = model.readout.forward(rest.h)
        return heads.softmax_cross_entropy(scores, targets[t + 1 :], mask[t + 1 :])[0]

    for t in (2, 7):
        grad = np.zeros_like(trace.h[t])
        for index in np.ndindex(grad.shape):
            step = np.zeros_like(grad)
            step[index] = eps
            grad[index] = (loss_from(t, trace.h[t] + step) - loss_from(t, trace.h[t] - step)) / (
                2 * eps
            )
        by_hand = np.log10(np.linalg.norm(grad, axis=1)).mean()
        assert recorded("RNN").norms[1, t] == pytest.approx(by_hand, abs=1e-4)


@pytest.mark.parametrize("kind", CELLS)
def test_change_is_that_of_two_runs_and_the_units_are_those_it_moves_most(kind):
    recording = recorded(kind)
    cell, letter = after(kind, AT[-1]).cell, STATE[kind]
    both = np.stack([HELD_OUT[0][:, EXAMPLE], TWIN], axis=1)
    states = cell.forward(both)[letter]
    change = states[:, 0] - states[:, 1]
    by_size = np.argsort(-np.abs(change).mean(axis=0))
    assert recording.units.tolist() == by_size[:3].tolist()
    np.testing.assert_allclose(recording.change[-1], change[:, by_size[:3]], atol=1e-12)
    assert (recording.change[:, 0] == 0).all()  # nothing was changed yet
    assert np.abs(recording.change[:, 1]).max() > 0


def test_a_letter_and_a_number_of_units_may_be_chosen():
    recording = recorded("LSTM", letters=("c", "f"), units=99)
    assert list(recording.states) == ["c", "f"]
    assert recording.states["c"].shape == (3, T, 6)
    assert sorted(recording.units) == list(range(6))


def test_only_the_start_needs_no_training():
    recording = recorded("RNN", at=[0])
    assert recording.accuracy.shape == (1,)


def test_float32_is_taken():
    rng = np.random.default_rng(0)
    sizes = {"rng": rng, "dtype": np.float32}
    model = Model(RNN(8, 6, **sizes), heads.Readout(6, 4, **sizes))
    held_out = (HELD_OUT[0].astype(np.float32), *HELD_OUT[1:])
    recording = replay.record(
        model, [], optim.Adam(0.1), held_out=held_out, at=[0], example=0, twin=TWIN
    )
    assert np.isfinite(recording.norms).all()


def test_reached_is_the_first_step_with_that_accuracy():
    recording = recorded("RNN")
    best = recording.accuracy.max()
    assert recording.reached(best) == AT[int(recording.accuracy.argmax())]
    assert recording.reached(1.01) is None


def test_saved_recordings_come_back(tmp_path):
    path, both = tmp_path / "runs.safetensors", {"a": recorded("LSTM"), "b": recorded("RNN")}
    replay.save(both, path)
    again = replay.load(path)
    assert repr(again) == repr(both)
    for name, one in both.items():
        for row in ("steps", "units"):
            np.testing.assert_array_equal(getattr(again[name], row), getattr(one, row))
        for row in ("loss", "accuracy", "sure", "norms"):
            np.testing.assert_allclose(getattr(again[name], row), getattr(one, row), rtol=1e-6)
        np.testing.assert_allclose(again[name].change, one.change, atol=0.0005001)
        for letter, values in one.states.items():
            np.testing.assert_allclose(again[name].states[letter], values, atol=0.005001)


def test_a_broken_file_is_named(tmp_path):
    path = tmp_path / "runs.safetensors"
    replay.save({"a": recorded()}, path)
    whole = path.read_bytes()
    path.write_bytes(whole[:-3])
    with pytest.raises(ValueError, match=r"runs.safetensors' is not a whole safetensors file"):
        replay.load(path)
    path.write_bytes(whole.replace(b"a.norms", b"a.knots"))
    with pytest.raises(ValueError, match=r"does not hold recordings: KeyError\('a.norms'\)"):
        replay.load(path)
    with pytest.raises(FileNotFoundError, match="no such file"):
        replay.load(tmp_path / "none")


def test_states_out_of_range_are_not_saved(tmp_path):
    one = recorded("LSTM", letters=("c",))
    one.states["c"][0, 0, 0] = 3.0
    with pytest.raises(ValueError, match=r"states\['c'\] must lie within ±1; got others in a"):
        replay.save({"a": one}, tmp_path / "runs")


BAD = {
    "at must be steps that rise; got": {"at": [3, 1]},
    "at must be at least 0; got -1": {"at": [-1]},
    r"batches must be at least 9, the last of at": {"at": [0, 9]},
    "example must be from 0 to 7; got 8": {"example": 8},
    r"twin must have shape \(12, 8\); got \(12, 7\)": {"twin": TWIN[:, 1:]},
    "units must be at least 1; got 0": {"units": 0},
    "held_out must be .xs, targets, mask.; got": {"held_out": HELD_OUT[:2]},
    "held_out must have one answer": {"held_out": (*HELD_OUT[:2], np.ones((T, 8)))},
}


@pytest.mark.parametrize("message", BAD)
def test_bad_input_names_argument_given_and_expected(message):
    with pytest.raises((TypeError, ValueError), match=message):
        recorded("RNN", **BAD[message])


def test_a_network_that_is_no_cell_is_refused():
    rng = np.random.default_rng(0)
    model = Model(Stacked([RNN(8, 6, rng=rng)]), heads.Readout(6, 4, rng=rng))
    with pytest.raises(TypeError, match=r"model.cell must be of type Cell; got Stacked"):
        replay.record(model, [], optim.SGD(0.1), held_out=HELD_OUT, at=[0], example=0, twin=TWIN)


def test_a_recording_holds_arrays_that_agree():
    parts = vars(recorded("RNN"))
    with pytest.raises(ValueError, match=r"loss must have shape \(3,\); got \(2,\)"):
        replay.Recording(**parts | {"loss": parts["loss"][1:]})
    with pytest.raises(ValueError, match=r"norms must be finite"):
        replay.Recording(**parts | {"norms": np.full((3, T), np.nan)})
    with pytest.raises(ValueError, match="states must have at least one letter; got none"):
        replay.Recording(**parts | {"states": {}})
