"""A run that is killed and run again ends as one that never was: the same bytes."""

import functools
import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from rnn_core import GRU, LSTM, RNN, heads, schedules
from rnn_core.ctc import ctc
from rnn_core.network import Bidirectional, Model, Stacked
from rnn_core.optim import SGD, Adam, RMSProp
from rnn_core.resume import fingerprint
from rnn_core.train import train
from rnn_core.variants import LRU
from tests.cases import same, snapshot
from tests.killed_run import EVERY, STEPS, episodes

ROOT = Path(__file__).parents[1]


def start(kind, save_path, result, where="never", at=0):
    """Start the program of `killed_run` in a process of its own."""
    words = ["-m", "tests.killed_run", kind, str(save_path), str(result), where, str(at)]
    return subprocess.Popen([sys.executable, *words], cwd=ROOT, stderr=subprocess.PIPE, text=True)


def finish(process):
    """Wait for the program; return how it ended, and see that it had nothing to complain of."""
    _, complaint = process.communicate()
    assert complaint == ""
    return process.returncode


@pytest.fixture(scope="module")
def unkilled(tmp_path_factory):
    """Return for each kind what a run ends with that is neither saved nor killed."""
    folder, found = tmp_path_factory.mktemp("unkilled"), {}
    for kind in ("RNN", "LSTM"):
        assert finish(start(kind, "", folder / f"{kind}.npz")) == 0
        found[kind] = (folder / f"{kind}.npz").read_bytes()
    return found


@pytest.mark.parametrize("kind", ["RNN", "LSTM"])
def test_saving_changes_nothing(kind, unkilled, tmp_path):
    for _ in range(2):  # a finished run that is run again ends the same once more
        assert finish(start(kind, tmp_path / "run", tmp_path / "result.npz")) == 0
        assert (tmp_path / "result.npz").read_bytes() == unkilled[kind]


@pytest.mark.parametrize("kind", ["RNN", "LSTM"])
def test_a_run_killed_again_and_again_ends_with_the_same_bytes(kind, unkilled, tmp_path):
    result, rng = tmp_path / "result.npz", np.random.default_rng([ord(c) for c in kind])
    steps = [int(rng.integers(1, EVERY)), *sorted(rng.choice(range(EVERY, STEPS), 3).tolist())]
    for step in steps:
        assert finish(start(kind, tmp_path / "run", result, "step", step)) == -signal.SIGKILL
        assert (tmp_path / "run").exists() == (step >= EVERY)
        assert not result.exists()
    assert finish(start(kind, tmp_path / "run", result)) == 0
    assert result.read_bytes() == unkilled[kind]


def test_a_run_killed_while_it_saves_goes_on_from_the_save_before(unkilled, tmp_path):
    result, run = tmp_path / "result.npz", tmp_path / "run"
    assert finish(start("LSTM", run, result, "writing", 1)) == -signal.SIGKILL
    assert not run.exists()
    assert finish(start("LSTM", run, result, "writing", 4)) == -signal.SIGKILL
    assert len(load_file(run)["seen.batches"]) == 3 * EVERY
    assert (tmp_path / "run.part").stat().st_size == 200  # what was half written
    assert finish(start("LSTM", run, result)) == 0
    assert result.read_bytes() == unkilled["LSTM"]
    assert sorted(file.name for file in tmp_path.iterdir()) == ["result.npz", "run"]


def test_a_run_killed_from_outside_at_any_moment_ends_with_the_same_bytes(unkilled, tmp_path):
    result, run, rng = tmp_path / "result.npz", tmp_path / "run", np.random.default_rng()
    for _ in range(3):
        before = saved_at(run)
        process = start("LSTM", run, result, "slow")
        while saved_at(run) == before and process.poll() is None:
            time.sleep(0.001)
        time.sleep(rng.uniform(0, 0.1))
        process.kill()
        assert finish(process) in (0, -signal.SIGKILL)
    assert finish(start("LSTM", run, result)) == 0
    assert result.read_bytes() == unkilled["LSTM"]


def saved_at(path):
    """Return when a run was last saved, 0 if it never was."""
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return 0


class PowerCut(Exception):
    pass


def power_cut(step):
    def callback(number, model, history):
        if number == step:
            raise PowerCut

    return callback


def make(name, dtype=np.float64):
    """Return a model, a loss, an optimiser, batches and options, all fresh."""
    rng = np.random.default_rng(0)
    options = {"rng": rng, "dtype": dtype}
    stack = Stacked([LSTM(1, 3, **options), LRU(3, 4, **options)])
    cell, optimizer, chosen = {
        "rmsprop": (GRU(1, 4, **options), RMSProp(0.01), {"max_norm": None}),
        "momentum": (RNN(1, 4, **options), SGD(0.1, 0.9, True), {"carry_state": True}),
        "stack": (stack, Adam(0.01), {"carry_state": True, "reset_every": 5}),
        "checkpoint": (LSTM(1, 4, **options), Adam(0.01), {"checkpoint": 2}),
        "ctc": (
            Bidirectional(GRU(1, 4, **options), GRU(1, 4, **options)),
            Adam(0.01),
            {"max_norm": 5.0},
        ),
    }[name]
    model = Model(cell, heads.Readout(cell.hidden_size, 2, **options))
    loss = ctc if name == "ctc" else heads.softmax_cross_entropy
    batches = spoken(episodes(rng)) if name == "ctc" else episodes(rng)
    return model, loss, optimizer, batches, chosen


def spoken(stream):
    """Yield batches with labels of many lengths, and with lengths."""
    for xs, targets in stream:
        lengths = np.array([4, 3, 4, 2])
        yield xs, [[1], [], [1, 1], [int(targets[0, 0])] * int(targets[0, 0])], None, lengths


def run(made, steps, **more):
    model, loss, optimizer, batches, chosen = made
    few = (batch for _, batch in zip(range(steps), batches, strict=False))
    history = train(model, few, loss, optimizer, progress=False, **chosen, **more)
    return model, optimizer, history


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", ["rmsprop", "momentum", "stack", "checkpoint", "ctc"])
def test_every_kind_of_run_goes_on_as_if_it_had_not_stopped(name, dtype, tmp_path):
    whole, optimizer, history = run(make(name, dtype), 20)
    saving = {"save_path": tmp_path / "run", "save_every": 3}
    for step in (1, 5, 14):
        with pytest.raises(PowerCut):
            run(make(name, dtype), 20, callback=power_cut(step), **saving)
    model, again, seen = run(make(name, dtype), 20, **saving)
    assert same(model.params, whole.params)
    assert seen == history
    left, right = optimizer.state_dict(), again.state_dict()
    assert left.pop("steps") == right.pop("steps") == 20
    assert same(left, right)


def test_more_batches_carry_a_finished_run_on(tmp_path):
    whole, _, history = run(make("stack"), 20)
    run(make("stack"), 8, save_path=tmp_path / "run")
    steps = []
    model, _, seen = run(
        make("stack"),
        20,
        save_path=tmp_path / "run",
        callback=lambda number, model, history: steps.append((number, len(history.losses))),
    )
    assert steps == [(number, number) for number in range(9, 21)]
    assert same(model.params, whole.params)
    assert seen == history


def test_a_run_that_the_callback_stopped_stays_stopped(tmp_path):
    def callback(number, model, history):
        return number == 6

    first, _, history = run(make("stack"), 20, save_path=tmp_path / "run", callback=callback)
    again, _, seen = run(make("stack"), 20, save_path=tmp_path / "run", callback=callback)
    assert len(history.losses) == 6
    assert same(again.params, first.params)
    assert seen == history


def other_seed():
    model, loss, optimizer, _, chosen = make("stack")
    return model, loss, optimizer, episodes(np.random.default_rng(9)), chosen


def third_batch_changed():
    model, loss, optimizer, batches, chosen = make("stack")

    def change():
        for number, (xs, targets) in enumerate(batches, start=1):
            yield (xs + 1e-12, targets) if number == 3 else (xs, targets)

    return model, loss, optimizer, change(), chosen


def part(at, value):
    def change():
        made = list(make("stack"))
        made[at] = value
        return tuple(made)

    return change


def other_start():
    made = make("stack")
    made[0].params["0.W_ix"][0, 0] += 1e-9
    return made


def warm_optimizer():
    made = make("stack")
    made[2].step({"w": np.ones(1)}, {"w": np.ones(1)})
    return made


OTHERS = {
    "its model was 'Model(Stacked(": functools.partial(make, "checkpoint"),
    "its optimizer was 'Adam(learning_rate=0.01": part(2, Adam(0.02)),
    "got 'SGD(": part(2, SGD(0.02)),
    "its loss was 'softmax_cross_entropy'; got '<lambda>'": part(1, lambda scores, targets: 0),
    "its reset_every was 5; got None": part(4, {"carry_state": True}),
    "its max_norm was 1.0; got 2.0": part(
        4, {"carry_state": True, "reset_every": 5, "max_norm": 2.0}
    ),
    "its parameters or its optimiser started otherwise": other_start,
    "its optimiser started otherwise; make both anew": warm_optimizer,
    "batch 1 differs": other_seed,
    "batch 3 differs: were they drawn from a fresh generator": third_batch_changed,
    "batches must be at least the 8 of the run in": part(3, [next(make("stack")[3])]),
}


def scaled(factor):
    def loss(scores, targets):
        value, dscores = heads.softmax_cross_entropy(scores, targets)
        return factor * value, factor * dscores

    return loss


def weighted(scores, targets, factor=1):
    return scaled(factor)(scores, targets)


class Scaled:
    def __init__(self, factor):
        self.factor = factor

    def __call__(self, scores, targets):
        return scaled(self.factor)(scores, targets)

    def method(self, scores, targets):
        return self(scores, targets)


BEHIND = {
    "schedule": (2, lambda k: SGD(schedules.step_decay(0.01 * k, 0.5, 2))),
    "partial schedule": (2, lambda k: Adam(functools.partial(lambda k, step: 0.01 * k, k))),
    "closure": (1, scaled),
    "partial": (1, lambda k: functools.partial(weighted, factor=k)),
    "object": (1, Scaled),
    "method": (1, lambda k: Scaled(k).method),
    "default": (1, lambda k: lambda scores, targets, k=k: scaled(k)(scores, targets)),
    "list": (1, lambda k: lambda scores, targets, k=[k]: scaled(k[0])(scores, targets)),
    "array": (1, lambda k: scaled(np.array(k))),
}


@pytest.mark.parametrize("name", BEHIND)
def test_a_function_of_the_same_name_with_other_values_behind_it_is_refused(name, tmp_path):
    at, build = BEHIND[name]
    run(part(at, build(1))(), 8, save_path=tmp_path / "run")
    *_, history = run(part(at, build(1))(), 10, save_path=tmp_path / "run")
    assert len(history.losses) == 10
    what = {1: "loss", 2: "learning_rate"}[at]
    refused(part(at, build(50))(), tmp_path / "run", f"its {what} had the same name, but other")


def refused(made, path, message):
    """See that a run does not go on from `path`, says why, and leaves everything as it was."""
    before, parameters = path.read_bytes(), snapshot(made[0].params)
    with pytest.raises((ValueError, TypeError)) as caught:
        run(made, 20, save_path=path, save_every=1)
    assert message in str(caught.value)
    assert str(path) in str(caught.value)
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    assert same(made[0].params, parameters)


@pytest.mark.parametrize(("message", "other"), OTHERS.items(), ids=OTHERS)
def test_another_run_is_refused_and_the_file_kept(message, other, tmp_path):
    run(make("stack"), 8, save_path=tmp_path / "run")
    refused(other(), tmp_path / "run", message)


def test_a_file_cut_short_or_of_something_else_is_refused_and_kept(tmp_path):
    path = tmp_path / "run"
    run(make("momentum"), 8, save_path=path)
    data = path.read_bytes()
    for end in range(0, len(data), 97):
        path.write_bytes(data[:end])
        refused(make("momentum"), path, "is not a whole safetensors file")
    path.write_bytes(b"some notes of mine, not to be lost")
    refused(make("momentum"), path, "is not a whole safetensors file")
    save_file({"a": np.ones(2)}, path, metadata={"format": "rnn_core 1"})
    refused(make("momentum"), path, "must be of the format 'rnn_core run 1'; got 'rnn_core 1'")


ARRAYS = {
    "it must hold the parameters": lambda a: {k: v for k, v in a.items() if k != "params.W_hx"},
    "its W_hx must have shape (4, 1)": lambda a: a | {"params.W_hx": np.ones((4, 2))},
    "and dtype float64; got (4,) and float32": lambda a: a | {"params.b_h": np.ones(4, np.float32)},
    "its b_h must be finite; got nan": lambda a: a | {"params.b_h": np.full(4, np.nan)},
    "its velocities.b_h must have shape (4,)": lambda a: (
        a | {"optimizer.velocities.b_h": np.ones(3)}
    ),
    "cannot be continued: 'w'": lambda a: a | {"optimizer.velocities.w": np.ones(3)},
    "state must have names of ('velocities',)": lambda a: a | {"optimizer.speeds.b_h": np.ones(4)},
    "its state must have ['h']": lambda a: a | {"state.c": np.ones((4, 4))},
    "its state.h must have shape (3, 4)": lambda a: a | {"state.h": np.ones((3, 5))},
    "its losses must have shape (8,)": lambda a: a | {"history.losses": np.ones(7)},
    "its norms must have": lambda a: a | {"history.norms": np.ones(8, np.float32)},
    "its batches must have": lambda a: a | {"seen.batches": np.ones(8)},
    "cannot be continued: 'batches'": lambda a: {k: v for k, v in a.items() if k[:4] != "seen"},
    "cannot be continued: 'extra'": lambda a: a | {"extra.thing": np.ones(2)},
}


@pytest.mark.parametrize(("message", "change"), ARRAYS.items(), ids=ARRAYS)
def test_arrays_that_do_not_fit_are_refused(message, change, tmp_path):
    path = tmp_path / "run"
    run(make("momentum"), 8, save_path=path)
    metadata = read_metadata(path)
    save_file(change(load_file(path)), path, metadata=metadata)
    refused(make("momentum"), path, message)


def read_metadata(path):
    data = path.read_bytes()
    return json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])["__metadata__"]


@pytest.mark.parametrize(
    "text",
    [
        None,
        "{",
        "[1]",
        "{}",
        "[" * 100_000,
        *({"optimizer steps": x} for x in (-1, 2.5, None)),
        *({"stopped": x} for x in (1, None)),
        *({"run": x} for x in ([], None, {})),
    ],
    ids=lambda text: str(text)[:30],
)
def test_a_description_that_is_none_is_refused(text, tmp_path):
    path = tmp_path / "run"
    run(make("momentum"), 8, save_path=path)
    metadata = read_metadata(path)
    if isinstance(text, dict):
        text = json.dumps(json.loads(metadata["run"]) | text)
    metadata = {k: v for k, v in metadata.items() if k != "run"} | ({"run": text} if text else {})
    save_file(load_file(path), path, metadata=metadata)
    refused(make("momentum"), path, "cannot be continued")


def test_a_run_that_leaves_all_bounds_keeps_its_last_good_file(tmp_path):
    model, loss, _, batches, _ = make("momentum")
    path = tmp_path / "run"

    def steep(scores, targets):
        value, dscores = loss(scores, targets)
        return value, 1e3 * dscores

    optimizer = SGD(lambda step: 1e-6 if step < 5 else 1e308)
    made = (model, steep, optimizer, batches, {"max_norm": None})
    with pytest.raises(FloatingPointError, match=r"step 6: params.\w+ is not finite after it"):
        run(made, 20, save_path=path, save_every=1)
    assert len(load_file(path)["seen.batches"]) == 5


def test_a_nan_in_a_batch_leaves_the_file_of_the_step_before(tmp_path):
    path = tmp_path / "run"
    made = list(make("momentum"))
    xs, targets = next(made[3])
    made[3] = [(xs, targets), (xs * np.nan, targets)]
    with pytest.raises(FloatingPointError, match="step 2: xs must be finite"):
        run(tuple(made), 20, save_path=path, save_every=1)
    arrays = load_file(path)
    assert len(arrays["seen.batches"]) == 1
    params = {f"params.{name}": value for name, value in made[0].params.items()}
    assert same({name: arrays[name] for name in params}, params)


def test_without_safetensors_nothing_starts(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "safetensors.numpy", None)
    made = make("momentum")
    before = snapshot(made[0].params)
    with pytest.raises(ImportError, match=r"rnn-core\[store\]"):
        run(made, 3, save_path=tmp_path / "run")
    assert same(made[0].params, before)


def test_what_is_alike_has_one_fingerprint_and_what_differs_another():
    one = np.arange(6.0)
    alike = [(one, None), [one.copy(), None], (one.tolist() and one, None)]
    assert len({fingerprint(value) for value in alike}) == 1
    ragged = np.empty(2, object)
    ragged[:] = [[1, 2], [3]]
    assert fingerprint(ragged) == fingerprint([[1, 2], [3]])
    strided = np.arange(12.0)[::2]
    assert fingerprint(strided) == fingerprint(strided.copy())
    different = [
        one,
        one.astype(np.float32),
        one.reshape(2, 3),
        one.reshape(3, 2),
        one + 1e-15,
        None,
        (one,),
        (one, None),
        (None, one),
        [[1, 2], [3]],
        [[1], [2, 3]],
        [1, 2, 3],
        [],
        [[]],
        [[], []],
        "abc",
    ]
    assert len({fingerprint(value) for value in different}) == len(different)
    with pytest.raises(TypeError, match="batches must hold arrays, for a run that is saved; got <"):
        fingerprint((one, object()))
